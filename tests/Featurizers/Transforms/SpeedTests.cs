using AudioBsq.Decoding;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Transforms;

[WithoutTorch]
public sealed class SpeedTests : IDisposable
{
    private const int Rate = 16_000;

    private static readonly AudioLoadingOptions AtSpeed = new() { SpeedColumn = "Speed" };

    private readonly MLContext _ml = new(seed: 1);
    private readonly string _folder = TestData.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, InlineData(0.5f), InlineData(0.9f), InlineData(1.1f), InlineData(1.25f), InlineData(2f)]
    public void FasterTone_IsShorterAndHigher(float speed)
    {
        string path = Write(Tone(440, Rate));

        float[] played = Load(AtSpeed, new SpeedRow { Path = path, Speed = speed }).Single();

        double exact = Rate / Math.Round(Rate / speed); // whole samples a second
        float[] expected = Tone(440 * exact, played.Length);
        Assert.Equal(Rate / speed, played.Length, tolerance: 1);
        for (int i = 200; i < played.Length - 200; i++) Assert.Equal(expected[i], played[i], tolerance: 1e-3f);
    }

    [Theory, InlineData(1f), InlineData(float.NaN)]
    public void SoundAsItIs_IsThatOfTheFile(float speed)
    {
        float[] tone = Tone(440, Rate);

        Assert.Equal([tone], Load(AtSpeed, new SpeedRow { Path = Write(tone), Speed = speed }));
    }

    [Fact]
    public void Seconds_AreOfTheResult_AndTimesOfTheFile()
    {
        string path = Write(Tone(440, 4 * Rate));
        var row = new SpeedRow { Path = path, Start = 1, Speed = 2 };

        float[] played = Load(AtSpeed with { StartColumn = "Start", Seconds = 1.25 }, row).Single();

        Assert.Equal(1.25 * Rate, played.Length);
        Assert.Equal(Resampler.Resample(Tone(440, 4 * Rate).AsSpan(Rate), Rate, Rate / 2)[..played.Length], played);
    }

    [Theory, InlineData(0f), InlineData(0.49f), InlineData(2.1f), InlineData(-1f), InlineData(float.PositiveInfinity)]
    public void ImpossibleSpeed_NamesTheFile(float speed)
    {
        var row = new SpeedRow { Path = Write(Tone(440, 100)), Speed = speed };

        var error = Assert.Throws<InvalidDataException>(() => Load(AtSpeed, row));

        Assert.Contains(row.Path, error.Message);
        Assert.Contains("from 0.5 to 2", error.Message);
        Assert.Empty(Load(AtSpeed with { OnError = LoadErrorHandling.EmptyWaveform }, row).Single());
    }

    [Fact]
    public void SavedTransformer_KeepsTheColumn()
    {
        var data = _ml.Data.LoadFromEnumerable([new SpeedRow { Path = Write(Tone(440, Rate)), Speed = 2 }]);
        string zip = Path.Combine(_folder, "model.zip");
        _ml.Model.Save(_ml.Transforms.LoadAudio("Waveform", "Path", AtSpeed).Fit(data), data.Schema, zip);

        var loaded = new MLContext().Model.Load(zip, out _).Transform(data);

        Assert.Equal(Rate / 2, loaded.GetColumn<float[]>("Waveform").Single().Length);
    }

    [Fact]
    public void Cache_IsWrittenAnewForOtherSpeeds()
    {
        string path = Write(Tone(440, Rate)), cache = Path.Combine(_folder, "a.mel");

        Assert.Equal([101, 51], new[] { 1f, 2f }.Select(Frames));

        int Frames(float speed)
        {
            var data = _ml.Data.LoadFromEnumerable([new SpeedRow { Path = path, Speed = speed }]);
            var reading = _ml.Transforms.LoadAudio("W", "Path", AtSpeed).Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "W"));
            var mels = _ml.Data.CacheMelSpectrograms(reading.Fit(data).Transform(data), "Mel", cache);
            return mels.GetColumn<float[]>("Mel").Single().Length / 128;
        }
    }

    [Fact]
    public void Column_IsChecked()
    {
        var data = _ml.Data.LoadFromEnumerable([new SpeedRow()]);

        Assert.Contains("'Nothing'", Refusal("Nothing"));
        Assert.Contains("times as fast", Refusal("Path"));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.Transforms.LoadAudio("W", "Path", new AudioLoadingOptions { SpeedColumn = "" }));

        string Refusal(string column) => Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.Transforms.LoadAudio("W", "Path", new AudioLoadingOptions { SpeedColumn = column }).Fit(data)).Message;
    }

    private static float[] Tone(double hertz, int samples) =>
        [.. Enumerable.Range(0, samples).Select(i => (float)(0.5 * Math.Sin(2 * Math.PI * hertz * i / Rate)))];

    private string Write(float[] samples)
    {
        string path = Path.Combine(_folder, "tone.wav");
        AudioFile.WriteWav(path, new Waveform(samples, Rate), WavSampleFormat.IeeeFloat);
        return path;
    }

    private List<float[]> Load(AudioLoadingOptions options, params SpeedRow[] rows)
    {
        var data = _ml.Data.LoadFromEnumerable(rows);
        return [.. _ml.Transforms.LoadAudio("Waveform", "Path", options).Fit(data).Transform(data).GetColumn<float[]>("Waveform")];
    }

    private sealed class SpeedRow
    {
        public string Path { get; set; } = "";

        public float Start { get; set; }

        public float Speed { get; set; } = 1;
    }
}
