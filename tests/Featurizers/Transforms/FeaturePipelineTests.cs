using AudioBsq.Decoding;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Transforms;

/// <summary>Sound files to mel spectrograms: in chains, in prediction engines, and saved.</summary>
[WithoutTorch]
public sealed class FeaturePipelineTests : IDisposable
{
    private static readonly MelOptions Mel = new() { SampleRate = 8_000, FftLength = 256, HopLength = 80, Bands = 20 };
    private static readonly string Fixture = TestData.PathOf("zips", "features.zip");

    private readonly MLContext _ml = new(seed: 1);
    private readonly Clips _clips = new(4);

    public void Dispose() => _clips.Dispose();

    [Fact]
    public void Chain_GoesFromFilesToMels()
    {
        var data = _ml.Data.LoadAudioFolder(_clips.Folder);

        var mels = Pipeline(_ml).Fit(data).Transform(data).GetColumn<float[]>("Mel").ToList();

        var spectrogram = new MelSpectrogram(Mel);
        Assert.Equal(Enumerable.Range(0, 4).Select(i => spectrogram.Extract(AudioFile.Read(_clips.PathOf(i), 8_000).Samples)), mels);
    }

    [Fact]
    public void MLNetsOwnTransforms_WorkAround()
    {
        var data = _ml.Data.LoadAudioFolder(_clips.Folder);
        var output = Pipeline(_ml).Fit(data).Transform(_ml.Data.ShuffleRows(data, seed: 3));
        string[] expected = [.. FreshProcess.Lines(Pipeline(_ml).Fit(data).Transform(data))];

        foreach (var view in new[]
                 {
                     _ml.Data.Cache(output),
                     _ml.Data.ShuffleRows(output, seed: 5),
                     _ml.Transforms.SelectColumns("Path", "Mel").Fit(output).Transform(output),
                     _ml.Transforms.DropColumns("Waveform").Fit(output).Transform(output),
                 })
        {
            Assert.Equal(expected, FreshProcess.Lines(view).Order(StringComparer.Ordinal));
        }

        Assert.Equal(2, output.Preview(maxRows: 2).RowView.Length);
        Assert.Single(_ml.Data.TakeRows(output, 1).GetColumn<float[]>("Mel"));
    }

    [Fact]
    public void PredictionEngine_ReadsFileByFile()
    {
        var model = Pipeline(_ml).Fit(_ml.Data.LoadAudioFolder(_clips.Folder));
        using var engine = _ml.Model.CreatePredictionEngine<ClipRow, ClipResult>(model);

        foreach (int clip in new[] { 2, 0, 3, 0 })
        {
            var result = engine.Predict(new ClipRow { Path = _clips.PathOf(clip) });
            Assert.Equal(new MelSpectrogram(Mel).Extract(result.Waveform), result.Mel);
            Assert.Equal(400 * (clip + 1), result.Waveform.Length);
        }

        Assert.Throws<FileNotFoundException>(() => engine.Predict(new ClipRow { Path = "missing.wav" }));
        Assert.Equal(400, engine.Predict(new ClipRow { Path = _clips.PathOf(0) }).Waveform.Length);
    }

    [Fact]
    public void SaveAndLoad_KeepEveryOption()
    {
        var data = _ml.Data.LoadAudioFolder(_clips.Folder);
        var options = new AudioLoadingOptions
        {
            SampleRate = 8_000,
            Folder = _clips.Folder,
            OnError = LoadErrorHandling.EmptyWaveform,
            ErrorColumn = "Error",
        };
        var model = _ml.Transforms.LoadAudio("Waveform", "Name", options)
            .Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", Mel)).Fit(data);
        string path = Path.Combine(_clips.Folder, "model.zip");

        _ml.Model.Save(model, data.Schema, path);
        var loaded = Assert.IsAssignableFrom<IEnumerable<ITransformer>>(new MLContext().Model.Load(path, out var schema)).ToList();

        var (loading, mel) = (Assert.IsType<AudioLoadingTransformer>(loaded[0]), Assert.IsType<MelSpectrogramTransformer>(loaded[1]));
        Assert.Equal((options, "Name", "Waveform"), (loading.Options, loading.InputColumnName, loading.OutputColumnName));
        Assert.Equal((Mel, "Waveform", "Mel"), (mel.Options, mel.InputColumnName, mel.OutputColumnName));
        Assert.Equal(["Path", "Name"], schema.Select(column => column.Name));
    }

    [Fact, Trait("Speed", "Slow")]
    public void FreshProcess_LoadsWithoutRegistration()
    {
        var data = _ml.Data.LoadAudioFolder(_clips.Folder);
        var model = Pipeline(_ml).Fit(data);
        string[] expected = [.. FreshProcess.Lines(model.Transform(data))];
        string folder = TestData.NewFolder();
        try
        {
            string path = Path.Combine(folder, "model.zip");
            _ml.Model.Save(model, data.Schema, path);

            Assert.Equal(string.Join('\n', expected), FreshProcess.Run(path, _clips.Folder).ReplaceLineEndings("\n"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// A file from the first version of the format. To make a new one on purpose: delete it, run this test, and say in the change log what
    /// old files need.
    /// </summary>
    [Fact]
    [Trait("Speed", "Slow")]
    public void CommittedModel_StillLoads()
    {
        var data = _ml.Data.LoadAudioFolder(_clips.Folder);
        var model = Pipeline(_ml).Fit(data);
        if (!File.Exists(Fixture))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Fixture)!);
            _ml.Model.Save(model, data.Schema, Fixture);
            Assert.Fail($"'{Fixture}' was missing and has been written: look at it and commit it.");
        }

        var loaded = _ml.Model.Load(Fixture, out _);

        Assert.Equal(FreshProcess.Lines(model.Transform(data)), FreshProcess.Lines(loaded.Transform(data)));
    }

    private static EstimatorChain<MelSpectrogramTransformer> Pipeline(MLContext ml) =>
        ml.Transforms.LoadAudio("Waveform", "Path", sampleRate: 8_000).Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", Mel));
}
