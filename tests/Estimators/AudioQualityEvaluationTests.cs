using AudioBsq.Decoding;
using AudioBsq.Metrics;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using AudioBsq.Tests.Model.Metrics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

[WithoutTorch]
public class AudioQualityEvaluationTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact, Trait("Speed", "Slow")]
    public void Report_IsThatOfTheClips_FromFileToSoundAgain()
    {
        string folder = TestData.NewFolder();
        AudioFile.WriteWav(Path.Combine(folder, "a.wav"), new Waveform(SpokenClips.Short[..20_000], 16_000));
        AudioFile.WriteWav(Path.Combine(folder, "b.wav"), new Waveform(SpokenClips.Short[10_000..], 16_000));
        var clips = _ml.Data.LoadAudioFolder(folder);
        var pipeline = _ml.Transforms.LoadAudio("Waveform", "Path")
            .Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
            .Append(
                _ml.Transforms.SynthesizeAudio("Synthesized", "Mel", new AudioSynthesisOptions { GriffinLim = new() { Iterations = 2 } }));
        var data = pipeline.Fit(clips).Transform(clips);

        var report = _ml.Data.EvaluateAudioQuality(data);

        Waveform[] Sounds(string column) => [.. data.GetColumn<float[]>(column).Select(samples => new Waveform(samples, 16_000))];
        var expected = AudioQualityReport.Of(Sounds("Waveform").Zip(Sounds("Synthesized"), (x, y) => AudioQuality.Measure(x, y)));
        Assert.Equal(expected.Clips, report.Clips);
        Assert.Equal(expected.Means, report.Means);
        Assert.All(report.Means.Values, mean => Assert.Equal(2, mean.Count));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void SampleRate_MustBeKnownAndAgree()
    {
        var plain = _ml.Data.LoadFromEnumerable([new Row { Waveform = SpokenClips.Short, Synthesized = SpokenClips.Short }]);
        ArgumentException Error(IDataView data, int? rate = null, string waveform = "Waveform", string synthesized = "Synthesized") =>
            Assert.ThrowsAny<ArgumentException>(() => _ml.Data.EvaluateAudioQuality(data, waveform, synthesized, rate));

        Assert.Equal(2, _ml.Data.EvaluateAudioQuality(plain, sampleRate: 16_000).Clips.Single().Seconds);
        Assert.Contains("give it as sampleRate", Error(plain).Message);
        Assert.Contains("sampleRate must be from 8,000", Error(plain, 4_000).Message);
        Assert.Contains("'Absent'", Error(plain, 16_000, "Absent").Message);
        Assert.Contains("'Name'", Error(plain, 16_000, "Waveform", "Name").Message);
        Assert.Throws<ArgumentNullException>(() => _ml.Data.EvaluateAudioQuality(null!));

        var clips = _ml.Data.LoadAudioFolder(TestData.PathOf("audio"));
        var loaded = _ml.Transforms.LoadAudio("Waveform", "Path").Append(_ml.Transforms.LoadAudio("Narrow", "Path", 8_000)).Fit(clips)
            .Transform(clips);
        Assert.Contains("waveforms at 16000 Hz", Error(loaded, 8_000, "Waveform", "Narrow").Message);
        Assert.Contains("waveforms at 8000 Hz", Error(loaded, null, "Waveform", "Narrow").Message);
    }

    [Fact]
    public void WrongRows_AreNamed()
    {
        var bad = _ml.Data.LoadFromEnumerable(
            [
                new Row { Waveform = [0, 1], Synthesized = [0, 1] }, new Row { Waveform = [0, 1], Synthesized = [0, float.NaN] },
            ]);

        Assert.Contains(
            "Row 1 of column 'Synthesized'",
            Assert.Throws<InvalidDataException>(() => _ml.Data.EvaluateAudioQuality(bad, sampleRate: 16_000)).Message);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void RowsWithoutSound_StayInTheReport()
    {
        var data = _ml.Data.LoadFromEnumerable([new Row(), new Row { Waveform = SpokenClips.Short, Synthesized = SpokenClips.Short }]);

        var report = _ml.Data.EvaluateAudioQuality(data, sampleRate: 16_000);

        Assert.Equal([0, 2], report.Clips.Select(clip => clip.Seconds));
        Assert.All(report.Means.Values, mean => Assert.Equal(1, mean.Count));
        var empty = _ml.Data.LoadFromEnumerable([new Row()]);
        Assert.Contains(
            "no sound", Assert.Throws<InvalidOperationException>(() => _ml.Data.EvaluateAudioQuality(empty, sampleRate: 16_000)).Message);
    }

    private sealed class Row
    {
        public string Name { get; set; } = "";

        public float[] Waveform { get; set; } = [];

        public float[] Synthesized { get; set; } = [];
    }
}
