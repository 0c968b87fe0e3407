using AudioBsq.Metrics;
using AudioBsq.Quantization;
using AudioBsq.Signal;

namespace AudioBsq.Tests.Model.Metrics;

[WithoutTorch]
public class AudioQualityTests
{
    private static readonly Waveform Clip = new(SpokenClips.Short, 16_000);

    [Fact]
    [Trait("Speed", "Slow")]
    public void Measure_IsBest_ForTheSameSound()
    {
        var quality = AudioQuality.Measure(Clip, Clip);

        Assert.Equal(2, quality.Seconds);
        foreach (var metric in AudioMetric.All)
        {
            double best = metric.Key switch
            {
                "visqol" => 5,
                "snr" or "si_snr" or "si_sdr" => 100,
                _ => metric.Better == MetricDirection.Higher ? 1 : 0,
            };
            Close.To(best, metric.Of(quality)!.Value, 1e-5, metric.Name);
        }
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Measure_IsWorse_WithMoreNoise()
    {
        AudioQuality Noisy(double amplitude) =>
            AudioQuality.Measure(Clip, new Waveform(SpokenClips.WithNoise(Clip.Samples, amplitude), 16_000));

        AudioQuality less = Noisy(0.002), more = Noisy(0.05);

        foreach (var metric in AudioMetric.All.Where(metric => metric.Key != "f0_correlation"))
        {
            double a = metric.Of(less)!.Value, b = metric.Of(more)!.Value;
            bool isWorse = metric.Better switch
            {
                MetricDirection.Higher => a > b,
                MetricDirection.Lower => a < b,
                _ => Math.Abs(a) < Math.Abs(b),
            };
            Assert.True(isWorse, $"{metric}: {a}, {b}");
        }
    }

    [Fact, Trait("Speed", "Slow")] // two seconds of each clip, mel levels back to sound
    public void Measure_OfGriffinLim_IsGood()
    {
        var mel = new MelOptions();
        var clips = SpokenClips.All.Select(clip =>
        {
            float[] original = clip.Samples[..32_000];
            float[] again = new GriffinLim(mel).Synthesize(new MelSpectrogram(mel).Extract(original), original.Length);
            return AudioQuality.Measure(new Waveform(original, 16_000), new Waveform(again, 16_000));
        });

        var report = AudioQualityReport.Of(clips);

        Assert.Equal(3, report.Clips.Count);
        double Mean(string key) => report.Means.Single(pair => pair.Key.Key == key).Value.Mean;
        Assert.InRange(Mean("stoi"), 0.94, 0.98);        // .958 measured
        Assert.InRange(Mean("estoi"), 0.87, 0.92);       // .891
        Assert.InRange(Mean("visqol"), 4.4, 5);          // 4.71
        Assert.InRange(Mean("f0_correlation"), 0.97, 1); // .9995
        Assert.InRange(Mean("si_sdr"), -100, -5);        // −14.8: phases of its own
    }

    [Fact, Trait("Speed", "Slow")]
    public void Measure_CountsMissingSoundAsSilence_AndLeavesTheRestOut()
    {
        float[] longer = [.. Clip.Samples, .. Signal.Tone.Noise(3_000, 1)];
        float[] cut = Clip.Samples[..24_000];
        float[] padded = [.. cut, .. new float[8_000]];

        Assert.Equal(AudioQuality.Measure(Clip, Clip), AudioQuality.Measure(Clip, new Waveform(longer, 16_000)));
        Assert.Equal(AudioQuality.Measure(Clip, new Waveform(padded, 16_000)), AudioQuality.Measure(Clip, new Waveform(cut, 16_000)));
        Assert.True(AudioQuality.Measure(Clip, new Waveform(cut, 16_000)).LogSpectralDistance > 1);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(500), InlineData(3_000)]
    public void Measure_LeavesNull_WhatIsNotDefined(int samples)
    {
        var silence = new Waveform(new float[samples], 16_000);

        var quality = AudioQuality.Measure(silence, silence);

        string[] defined = samples switch
        {
            0 => [],
            3_000 => ["mel_mae", "mel_mse", "lsd", "mcd", "codec_mel", "codec_stft", "dac_mel", "voicing_error"],
            _ => ["mel_mae", "mel_mse", "lsd", "mcd", "codec_mel", "codec_stft", "dac_mel"],
        };
        Assert.Equal(defined, AudioMetric.All.Where(metric => metric.Of(quality) is not null).Select(metric => metric.Key));
        Assert.Equal(samples / 16_000.0, quality.Seconds);
    }

    [Theory, Trait("Speed", "Slow"), InlineData(8_000), InlineData(24_000), InlineData(44_100)]
    public void Measure_TakesOtherRates(int rate)
    {
        var clip = new Waveform(Resampler.Resample(Clip.Samples, 16_000, rate), rate);

        var quality = AudioQuality.Measure(clip, new Waveform(SpokenClips.WithNoise(clip.Samples, 0.002), rate));

        Assert.All(AudioMetric.All, metric => Assert.NotNull(metric.Of(quality)));
        Assert.InRange(quality.Stoi!.Value, 0.9, 1);
    }

    [Fact]
    public void Measure_RefusesWhatIsNoPair()
    {
        Waveform At(int rate) => new(new float[100], rate);

        Assert.Contains(
            "reference.SampleRate must be from 8,000",
            Assert.Throws<ArgumentOutOfRangeException>(() => AudioQuality.Measure(At(7_999), At(7_999))).Message);
        Assert.Contains(
            "degraded.SampleRate must be the reference's 16000 Hz",
            Assert.Throws<ArgumentOutOfRangeException>(() => AudioQuality.Measure(At(16_000), At(8_000))).Message);
        Assert.Contains(
            "mel.SampleRate",
            Assert.Throws<ArgumentOutOfRangeException>(() => AudioQuality.Measure(At(8_000), At(8_000), new MelOptions())).Message);
        Assert.Contains(
            "[3] is NaN",
            Assert.Throws<ArgumentException>(() => AudioQuality.Measure(At(16_000), new Waveform([0, 0, 0, float.NaN], 16_000))).Message);
        Assert.Throws<ArgumentNullException>(() => AudioQuality.Measure(null!, Clip));
        Assert.Throws<ArgumentNullException>(() => AudioQuality.Measure(Clip, null!));
    }

    [Fact]
    public void Report_AveragesWhatIsDefined()
    {
        AudioQuality[] clips = [new() { Seconds = 1, Stoi = 0.5, Visqol = 3 }, new() { Seconds = 2, Stoi = 0.7 }, new() { Seconds = 0 }];

        var report = AudioQualityReport.Of(clips, seed: 5);

        Assert.Equal(clips, report.Clips);
        Assert.Equal(["STOI", "ViSQOL"], report.Means.Keys.Select(metric => metric.Name));
        Assert.Equal(ConfidenceInterval.OfMean([0.5, 0.7], seed: 5), report.Means[AudioMetric.All[0]]);
        Assert.Equal(new ConfidenceInterval(3, null, null, 1), report.Means[AudioMetric.All[2]]);
        Assert.Empty(AudioQualityReport.Of([]).Means);
    }

    [Fact] // P.862 may not be shipped, so nothing may carry its name
    public void Metrics_HaveNamesOfTheirOwn()
    {
        Assert.Equal(AudioMetric.All.Count, AudioMetric.All.Select(metric => metric.Key).Distinct().Count());
        Assert.All(AudioMetric.All, metric => Assert.DoesNotContain("PESQ", metric.Name, StringComparison.OrdinalIgnoreCase));
        Assert.All(AudioMetric.All, metric => Assert.Matches("^[a-z0-9_]+$", metric.Key));
        Assert.Equal(16, typeof(AudioQuality).GetProperties().Count(property => property.PropertyType == typeof(double?)));
        Assert.Equal(16, AudioMetric.All.Count);
    }

    [Fact]
    public void BitRates_AreThoseWorkedByHand()
    {
        var codes = CodebookDiagnostics.Of([0, 0, 1, 2], bitsPerToken: 9);

        Assert.Equal(75, BitRate.Entropy(50, codes)); // 1.5 bits
        Assert.Throws<ArgumentOutOfRangeException>(() => BitRate.Entropy(double.NaN, codes));
        Assert.Throws<ArgumentNullException>(() => BitRate.Entropy(50, null!));
    }
}
