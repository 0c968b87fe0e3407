using AudioBsq.Metrics;
using AudioBsq.Signal;

namespace AudioBsq.Tests.Model.Metrics;

/// <summary>What every measure does with waveforms that are no pair, or hardly one.</summary>
[WithoutTorch]
public class HostilePairTests
{
    private delegate double? Measure(ReadOnlySpan<float> reference, ReadOnlySpan<float> degraded);

    private static readonly Dictionary<string, Measure> All = new()
    {
        ["SNR"] = SignalToNoise.Ratio,
        ["SI-SDR"] = SignalToNoise.ScaleInvariantDistortion,
        ["SI-SNR"] = SignalToNoise.ScaleInvariantNoise,
        ["STOI"] = (x, y) => Stoi.Measure(x, y, 16_000),
        ["ESTOI"] = (x, y) => Stoi.MeasureExtended(x, y, 16_000),
        ["ViSQOL"] = (x, y) => Visqol.Measure(x, y, 16_000),
        ["LSD"] = (x, y) => LogSpectralDistance.Measure(x, y, 16_000),
        ["MCD"] = (x, y) => MelCepstralDistortion.Measure(x, y, 16_000),
        ["mel"] = (x, y) => MelError.Measure(x, y, new MelOptions())?.MeanAbsolute,
        ["Codec-SUPERB mel"] = (x, y) => MultiScaleDistance.CodecMel(x, y, 16_000),
        ["Codec-SUPERB STFT"] = (x, y) => MultiScaleDistance.CodecStft(x, y),
        ["DAC mel"] = (x, y) => MultiScaleDistance.DacMel(x, y, 16_000),
        ["pitch"] = (x, y) => PitchAgreement.Measure(x, y, 16_000)?.VoicingError,
    };

    public static TheoryData<string> Names => [.. All.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Measure_RefusesWhatIsNoSound(string name)
    {
        float[] good = new float[20_000], bad = new float[20_000];
        foreach (float value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue })
        {
            bad[777] = value;

            var error = Assert.ThrowsAny<ArgumentException>(() => All[name](good, bad));
            Assert.Contains("degraded[777]", error.Message);
            Assert.Contains("reference[777]", Assert.ThrowsAny<ArgumentException>(() => All[name](bad, good)).Message);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Measure_RefusesLengthsThatDiffer(string name)
    {
        if (name == "ViSQOL") return; // it aligns

        var error = Assert.ThrowsAny<ArgumentException>(() => All[name](new float[100], new float[99]));

        Assert.Equal("degraded", error.ParamName);
        Assert.Contains("has 99 samples; it must have the 100 of reference", error.Message);
    }

    [Theory, MemberData(nameof(Names))]
    public void Measure_IsNull_WithoutSound(string name) => Assert.Null(All[name]([], []));

    [Theory, Trait("Speed", "Slow"), MemberData(nameof(Names))]
    public void Measure_IsFiniteOrNull_OnWhateverSounds(string name)
    {
        float[] noise = Signal.Tone.Noise(12_000, 3);
        float[] impulse = new float[12_000];
        float[] square = [.. noise.Select(x => x < 0 ? -1f : 1f)];
        float[] constant = new float[12_000];
        impulse[6_000] = 1;
        Array.Fill(constant, 0.25f);
        float[] loud = SpokenClips.Scaled(noise, 1e9f), faint = SpokenClips.Scaled(noise, 1e-30f);
        foreach (float[] sound in new[] { impulse, square, constant, new float[12_000], loud, faint })
        {
            foreach (double? value in new[] { All[name](sound, sound), All[name](sound, noise), All[name](noise, sound) })
            {
                Assert.True(value is not { } number || double.IsFinite(number), $"{value}");
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    [Trait("Speed", "Slow")]
    public void Measure_TakesAnyLength(string name)
    {
        float[] noise = Signal.Tone.Noise(40_002, 3);
        foreach (int length in new[] { 1, 2, 15, 16, 255, 256, 257, 783, 784, 1_280, 1_281, 1_600, 4_096, 6_400, 12_160, 12_480, 20_001 })
        {
            double? value = All[name](noise.AsSpan(0, length), noise.AsSpan(length, length));

            Assert.True(value is not { } number || double.IsFinite(number), $"{length} samples give {value}");
        }
    }
}
