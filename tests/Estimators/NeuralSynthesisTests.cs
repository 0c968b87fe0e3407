using System.Globalization;
using AudioBsq.MLNet;
using AudioBsq.Tests.Featurizers;
using AudioBsq.Tests.Featurizers.Transforms;
using AudioBsq.Tests.Model.Vocoding;
using AudioBsq.Vocoding;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

[NoTensorLeaks]
public class NeuralSynthesisTests
{
    private readonly MLContext _ml = new(seed: 1) { GpuDeviceId = -1 };
    private readonly List<MelRow> _rows = MelData.Rows(6, 8, 0, 13);

    [Fact]
    public void Rows_AreWhatTheVocoderGives()
    {
        using var vocoder = SmallVocoder.Create();
        foreach (var row in _rows) row.Number = row.Mel.Length == 0 ? 0 : (row.Mel.Length / 16 - 1) * 160 + 77;
        var data = _ml.View(_rows);

        using var plain = _ml.Transforms.SynthesizeAudio("Waveform", "Mel", vocoder).Fit(data);
        using var counted = _ml.Transforms.SynthesizeAudio("Waveform", "Mel", vocoder, "Number", refinementIterations: 2).Fit(data);

        Assert.Equal(_rows.Select(row => vocoder.Synthesize(row.Mel)), plain.Transform(data).GetColumn<float[]>("Waveform"));
        Assert.Equal(
            _rows.Select(row => vocoder.Synthesize(row.Mel, row.Number, 2)), counted.Transform(data).GetColumn<float[]>("Waveform"));
        Assert.Equal(16_000, AudioColumn.TryGetSampleRate(plain.Transform(data).Schema["Waveform"]));
    }

    [Fact, Trait("Speed", "Slow")]
    public void Zip_GivesTheSameSound_InThisAndInAFreshProcess()
    {
        using var vocoder = SmallVocoder.Create();
        using var clips = new Clips(3);
        string zip = Path.Combine(TestData.NewFolder(), "vocoder.zip");
        var data = _ml.Data.LoadAudioFolder(clips.Folder);
        var chain = _ml.Transforms.LoadAudio("Waveform", "Path")
            .Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", SmallVocoder.Mel))
            .Append(_ml.Transforms.SynthesizeAudio("Sound", "Mel", vocoder, refinementIterations: 1)).Fit(data);
        _ml.Model.Save(chain, data.Schema, zip);

        var loaded = _ml.Model.Load(zip, out _);

        string[] expected = [.. FreshProcess.Lines(chain.Transform(data))];
        Assert.Equal(expected, FreshProcess.Lines(loaded.Transform(data)));
        string[] fresh = FreshProcess.Run(zip, clips.Folder).ReplaceLineEndings("\n").Split('\n');
        Assert.Equal(expected.Select(line => line.Split(' ')[..2]), fresh.Select(line => line.Split(' ')[..2]));
        Assert.All(expected.Zip(fresh), pair => Close.To(Sum(pair.First), Sum(pair.Second), 1e-3));
        chain.DisposeAll();
        loaded.DisposeAll();

        static double Sum(string line) => double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture);
    }

    [Fact]
    public void WhatDoesNotFit_IsRefused()
    {
        using var vocoder = SmallVocoder.Create();
        var data = _ml.View(_rows);
        var options = new AudioSynthesisOptions { Synthesizer = vocoder };
        string Error(IDataView view, AudioSynthesisOptions options, string column = "Mel") =>
            Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.SynthesizeAudio("Waveform", column, options).Fit(view)).Message;

        Assert.Contains("vector of Single", Error(data, options, "Name"));
        Assert.Contains("'Absent'", Error(data, options with { SampleCountColumnName = "Absent" }));
        Assert.Contains("FftLength = 512", Error(_ml.Annotated(data), options));
        Assert.Contains("RefinementIterations", Error(data, options with { RefinementIterations = -1 }));
        Assert.Contains("must be 0 without", Error(data, new AudioSynthesisOptions { Mel = SmallVocoder.Mel, RefinementIterations = 1 }));
        _rows[0].Mel[3] = 1e30f;
        using var loud = _ml.Transforms.SynthesizeAudio("Waveform", "Mel", vocoder).Fit(data);
        Assert.Contains(
            "Row 0 of column 'Mel'",
            Assert.Throws<InvalidDataException>(() => loud.Transform(data).GetColumn<float[]>("Waveform").Count()).Message);
    }

    [Fact]
    public void TrainVocoder_LearnsInAPipeline()
    {
        using var clips = new Clips(4);
        var data = _ml.Data.LoadAudioFolder(clips.Folder);
        var reports = new List<VocoderProgress>();
        var options =
            new TrainVocoderOptions { Vocoder = SmallVocoder.Options, Training = SmallVocoder.Training, ProgressCallback = reports.Add };
        var pipeline = _ml.Transforms.LoadAudio("Waveform", "Path")
            .Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", SmallVocoder.Mel))
            .Append(_ml.Transforms.TrainVocoder("Sound", "Mel", "Waveform", options));

        var chain = pipeline.Fit(data);

        Assert.Equal([2, 4], reports.Select(report => report.Step));
        Assert.Equal([800, 1_600, 2_400, 3_200], chain.Transform(data).GetColumn<float[]>("Sound").Select(sound => sound.Length).Order());
        var vocoder = Assert.IsType<NeuralVocoder>(chain.LastTransformer.Synthesizer);
        Assert.Equal(SmallVocoder.Mel, vocoder.Mel);
        using var again = new MemoryStream();
        vocoder.Save(again);
        Assert.True(again.Length > 0);
        chain.DisposeAll();
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.Equal(
            stopped.Token,
            Assert.Throws<OperationCanceledException>(
                () => _ml.Transforms.TrainVocoder("Sound", "Mel", "Waveform", options with { CancellationToken = stopped.Token })
            .Fit(Prepared(clips))).CancellationToken);
        Assert.Contains(
            "8000 Hz", Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.TrainVocoder("Sound", "Mel", "Waveform", options)
            .Fit(Prepared(clips, sampleRate: 8_000, melRate: SmallVocoder.Mel))).Message);
    }

    // A mel column made at 16 kHz beside a waveform column at another rate.
    private IDataView Prepared(Clips clips, int sampleRate = 16_000, AudioBsq.Signal.MelOptions? melRate = null)
    {
        var data = _ml.Data.LoadAudioFolder(clips.Folder);
        var view = _ml.Transforms.LoadAudio("Full", "Path", 16_000)
            .Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "Full", melRate ?? SmallVocoder.Mel))
            .Append(_ml.Transforms.LoadAudio("Waveform", "Path", sampleRate)).Fit(data);
        return view.Transform(data);
    }
}
