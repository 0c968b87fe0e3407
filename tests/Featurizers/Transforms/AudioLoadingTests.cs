using AudioBsq.Decoding;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using AudioBsq.Tests.Model.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.Tests.Featurizers.Transforms;

[WithoutTorch]
public sealed class AudioLoadingTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly Clips _clips = new(3);
    private readonly List<LoggingEventArgs> _log = [];

    public AudioLoadingTests() => _ml.Log += (_, message) => _log.Add(message);

    public void Dispose() => _clips.Dispose();

    [Fact]
    public void Paths_BecomeWaveforms()
    {
        var data = _ml.Data.LoadAudioFolder(_clips.Folder);

        var loaded = _ml.Transforms.LoadAudio("Waveform", "Path").Fit(data).Transform(data);

        Assert.Equal([Clips.Samples(0), Clips.Samples(1), Clips.Samples(2)], loaded.GetColumn<float[]>("Waveform"));
        Assert.Equal(16_000, AudioColumn.TryGetSampleRate(loaded.Schema["Waveform"]));
        Assert.Null(AudioColumn.TryGetSampleRate(loaded.Schema["Path"]));
    }

    [Fact]
    public void Contents_BecomeWaveforms()
    {
        var data = _ml.Data.LoadFromEnumerable(
            Enumerable.Range(0, 3).Select(i => new ClipRow { Content = File.ReadAllBytes(_clips.PathOf(i)) }));

        var loaded = _ml.Transforms.LoadAudio("Waveform", "Content").Fit(data).Transform(data);

        Assert.Equal([Clips.Samples(0), Clips.Samples(1), Clips.Samples(2)], loaded.GetColumn<float[]>("Waveform"));
    }

    [Fact]
    public void OtherRate_IsResampledAndAnnotated()
    {
        var data = _ml.Data.LoadAudioFolder(_clips.Folder);

        var loaded = _ml.Transforms.LoadAudio("Waveform", "Path", sampleRate: 8_000).Fit(data).Transform(data);

        Assert.Equal(8_000, AudioColumn.TryGetSampleRate(loaded.Schema["Waveform"]));
        Assert.Equal(AudioFile.Read(_clips.PathOf(2), 8_000).Samples, loaded.GetColumn<float[]>("Waveform").Last());
        Assert.Equal([400, 800, 1200], loaded.GetColumn<float[]>("Waveform").Select(waveform => waveform.Length));
    }

    [Fact]
    public void Seconds_CutAndPad_AndMakeAKnownSize()
    {
        var data = _ml.Data.LoadAudioFolder(_clips.Folder);

        var loaded = _ml.Transforms.LoadAudio("Waveform", "Path", seconds: 0.1).Fit(data).Transform(data);

        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 1_600), loaded.Schema["Waveform"].Type);
        Assert.Equal(
            [[.. Clips.Samples(0), .. new float[800]], Clips.Samples(1), Clips.Samples(2)[..1_600]], loaded.GetColumn<float[]>("Waveform"));
    }

    [Fact] // what is cut off is decoded as far as the resampler looks
    public void Seconds_GiveTheBeginningOfTheWholeWaveform()
    {
        string path = Path.Combine(_clips.Folder, "long.wav");
        var noise = new Waveform(Tone.Noise(3 * 44_100, seed: 1), 44_100);
        AudioFile.WriteWav(path, noise, WavSampleFormat.IeeeFloat);
        var data = Paths(path);
        var columns = new AudioLoadingOptions { Seconds = 0.5 };

        var loaded = _ml.Transforms.LoadAudio("Waveform", "Path", columns).Fit(data).Transform(data);

        Assert.Equal(AudioFile.Read(path, 16_000).Samples[..8_000], loaded.GetColumn<float[]>("Waveform").Single());
    }

    [Fact]
    public void Seconds_MakeSilenceOfBadFiles()
    {
        var data = Paths(_clips.Spoil("bad.wav"), _clips.PathOf(0));
        var options = new AudioLoadingOptions { OnError = LoadErrorHandling.EmptyWaveform, ErrorColumn = "Error", Seconds = 0.05 };

        var loaded = _ml.Transforms.LoadAudio("Waveform", "Path", options).Fit(data).Transform(data);

        Assert.Equal([new float[800], Clips.Samples(0)], loaded.GetColumn<float[]>("Waveform"));
        Assert.Contains("bad.wav", loaded.GetColumn<string>("Error").First());
        Assert.Contains(_log, message => message.Message.Contains("Row 0 gets silence", StringComparison.Ordinal));
    }

    [Theory, InlineData(0), InlineData(-1), InlineData(double.NaN), InlineData(1e9)]
    public void ImpossibleSeconds_AreRefused(double seconds)
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.LoadAudio("Waveform", "Path", seconds: seconds));

        Assert.Contains("Seconds", error.Message);
    }

    [Fact]
    public void RelativePaths_StartFromTheFolder()
    {
        var data = _ml.Data.LoadAudioFolder(_clips.Folder);
        var options = new AudioLoadingOptions { Folder = _clips.Folder };

        var loaded = _ml.Transforms.LoadAudio("Waveform", "Name", options).Fit(data).Transform(data);

        Assert.Equal(Clips.Samples(0), loaded.GetColumn<float[]>("Waveform").First());
    }

    [Fact]
    public void BadFile_Throws_NamingIt()
    {
        string bad = _clips.Spoil("clip1.wav");
        var data = _ml.Data.LoadAudioFolder(_clips.Folder);
        var loaded = _ml.Transforms.LoadAudio("Waveform", "Path").Fit(data).Transform(data);

        var error = Assert.Throws<InvalidDataException>(() => loaded.GetColumn<float[]>("Waveform").Count());

        Assert.Contains(bad, error.Message);
        Assert.Equal(3, loaded.GetColumn<string>("Path").Count());
    }

    [Fact]
    public void BadFiles_BecomeEmptyWaveforms_WithWarningAndReason()
    {
        string bad = _clips.Spoil("clip1.wav"), missing = Path.Combine(_clips.Folder, "{0} missing.wav");
        var data = Paths(_clips.PathOf(0), bad, missing, "", _clips.PathOf(2));
        var options = new AudioLoadingOptions { OnError = LoadErrorHandling.EmptyWaveform, ErrorColumn = "Error" };

        var loaded = _ml.Transforms.LoadAudio("Waveform", "Path", options).Fit(data).Transform(data);
        var rows = _ml.Data.CreateEnumerable<ClipResult>(loaded, reuseRowObject: false, ignoreMissingColumns: true).ToList();

        Assert.Equal([800, 0, 0, 0, 2400], rows.Select(row => row.Waveform.Length));
        Assert.Equal([true, false, false, false, true], rows.Select(row => row.Error == ""));
        Assert.Contains(bad, rows[1].Error);
        Assert.Contains("missing.wav", rows[2].Error);
        Assert.Contains("no path", rows[3].Error);
        var warnings = _log.Where(message => message.Kind == ChannelMessageKind.Warning).ToList();
        Assert.Equal(3, warnings.Count);
        Assert.Contains($"Row 1 gets an empty waveform: {rows[1].Error}", warnings[0].Message);
        Assert.Contains("{0} missing.wav", warnings[1].Message);
        Assert.All(warnings, warning => Assert.Contains("LoadAudio", warning.Source));
    }

    [Theory]
    [InlineData(1e30f), InlineData(-2e10f), InlineData(float.NaN), InlineData(float.PositiveInfinity)]
    public void AnImpossibleSample_LeavesOutItsFileOnly(float value)
    {
        AudioFile.WriteWav(_clips.PathOf(1), new Waveform(new float[100], 16_000), WavSampleFormat.IeeeFloat);
        byte[] file = File.ReadAllBytes(_clips.PathOf(1));
        BitConverter.GetBytes(value).CopyTo(file, file.Length - 3 * sizeof(float));
        File.WriteAllBytes(_clips.PathOf(1), file);
        var options = new AudioLoadingOptions { OnError = LoadErrorHandling.EmptyWaveform, ErrorColumn = "Error" };
        var data = Paths(_clips.PathOf(0), _clips.PathOf(1), _clips.PathOf(2));
        var pipeline = _ml.Transforms.LoadAudio("Waveform", "Path", options).Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"));

        var mel = pipeline.Fit(data).Transform(data);
        var rows = _ml.Data.CreateEnumerable<ClipResult>(mel, reuseRowObject: false, ignoreMissingColumns: true).ToList();

        Assert.Equal([800, 0, 2400], rows.Select(row => row.Waveform.Length));
        Assert.Equal([true, false, true], rows.Select(row => row.Mel.Length > 0));
        Assert.Equal([true, false, true], rows.Select(row => row.Error == ""));
        Assert.Contains($"{_clips.PathOf(1)}' (WAV 32-bit float) holds {value} in frame 97, channel 1 of 1", rows[1].Error);
    }

    [Fact]
    public void BadContent_IsNamedByItsRow()
    {
        var data = _ml.Data.LoadFromEnumerable(
            [
                new ClipRow { Content = File.ReadAllBytes(_clips.PathOf(0)) }, new ClipRow { Content = [1, 2, 3] }, new ClipRow(),
            ]);
        var loaded = _ml.Transforms.LoadAudio(
            "Waveform",
            "Content",
            new AudioLoadingOptions { OnError = LoadErrorHandling.EmptyWaveform, ErrorColumn = "Error" }).Fit(data).Transform(data);

        var errors = loaded.GetColumn<string>("Error").ToList();

        Assert.Equal("", errors[0]);
        Assert.Contains("row 1 of column 'Content'", errors[1]);
        Assert.Contains("row 2 of column 'Content'", errors[2]);
    }

    [Fact]
    public void GoodRows_CanBeKept_ByTheErrorColumn()
    {
        var data = Paths(_clips.PathOf(0), _clips.Spoil("clip1.wav"), _clips.PathOf(2));
        var options = new AudioLoadingOptions { OnError = LoadErrorHandling.EmptyWaveform, ErrorColumn = "Error" };
        var loaded = _ml.Transforms.LoadAudio("Waveform", "Path", options).Fit(data).Transform(data);

        var kept = _ml.Data.FilterByCustomPredicate<ErrorRow>(loaded, row => row.Error != "");

        Assert.Equal([800, 2400], kept.GetColumn<float[]>("Waveform").Select(waveform => waveform.Length));
    }

    [Fact]
    public void Files_AreReadOnlyWhenTheWaveformIs()
    {
        var data = Paths("nowhere/at all.wav");

        var loaded = _ml.Transforms.LoadAudio("Waveform", "Path").Fit(data).Transform(data);

        Assert.Equal(["nowhere/at all.wav"], loaded.GetColumn<string>("Path"));
        Assert.Throws<FileNotFoundException>(() => loaded.GetColumn<float[]>("Waveform").Count());
    }

    [Fact]
    public void CursorSet_KeepsTheInputsParallelism()
    {
        var data = _ml.Data.LoadAudioFolder(_clips.Folder);
        var split = new Interop.SplittableView(data, defaultCursors: 3);
        var loaded = _ml.Transforms.LoadAudio("Waveform", "Path").Fit(data).Transform(split);

        var cursors = loaded.GetRowCursorSet(loaded.Schema, 3);

        Assert.Equal(3, cursors.Length);
        var lengths = cursors.AsParallel().SelectMany(cursor =>
        {
            using (cursor)
            {
                var read = cursor.GetGetter<VBuffer<float>>(loaded.Schema["Waveform"]);
                var found = new List<int>();
                VBuffer<float> waveform = default;
                while (cursor.MoveNext())
                {
                    read(ref waveform);
                    found.Add(waveform.Length);
                }

                return found;
            }
        });
        Assert.Equal([800, 1600, 2400], lengths.Order());
    }

    [Theory, InlineData("Waveform"), InlineData("Nothing")]
    public void WrongInput_IsASchemaError(string input)
    {
        var data = Paths("a.wav");
        var estimator = _ml.Transforms.LoadAudio("Out", input);

        Assert.Contains($"'{input}'", Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Fit(data)).Message);
        Assert.Contains(
            $"'{input}'",
            Assert.Throws<ArgumentOutOfRangeException>(() => estimator.GetOutputSchema(SchemaShape.Create(data.Schema))).Message);
    }

    [Fact]
    public void Options_AreChecked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.LoadAudio("W", "Path", sampleRate: 0));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.Transforms.LoadAudio("W", "Path", new AudioLoadingOptions { OnError = (LoadErrorHandling)9 }));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.Transforms.LoadAudio("W", "Path", new AudioLoadingOptions { ErrorColumn = "Error" }));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.Transforms.LoadAudio(
                "W", "Path", new AudioLoadingOptions { ErrorColumn = "W", OnError = LoadErrorHandling.EmptyWaveform }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.LoadAudio("W", "Path", new AudioLoadingOptions { Folder = "" }));
        Assert.Throws<ArgumentException>(() => _ml.Transforms.LoadAudio(""));
        Assert.Throws<ArgumentNullException>(() => _ml.Transforms.LoadAudio("W", "Path", null!));
    }

    private sealed class ErrorRow
    {
        public string Error { get; set; } = "";
    }

    private IDataView Paths(params string[] paths) => _ml.Data.LoadFromEnumerable(paths.Select(path => new ClipRow { Path = path }));
}
