using AudioBsq.Decoding;
using AudioBsq.Metrics;
using AudioBsq.Tests.Model.Signal;

namespace AudioBsq.Tests.Model.Metrics;

[WithoutTorch]
public class StoiTests
{
    // Made by a separate transcription of the papers that agrees with pystoi to 2e-14, on these clips plus Tone.Noise(samples, 1,
    // amplitude).
    [Theory, Trait("Speed", "Slow")]
    [InlineData(0, 0.003, 0.9878050158825914, 0.9391446521534271)]
    [InlineData(0, 0.03, 0.8340780121176715, 0.564799561563932)]
    [InlineData(1, 0.03, 0.8077919693388532, 0.5226944112077353)]
    [InlineData(2, 0.03, 0.866491922965819, 0.5993771552202788)]
    [InlineData(2, 0.3, 0.5358975883184125, 0.17919171739404588)]
    public void Measure_AgreesWithAnotherImplementation(int clip, double noise, double plain, double extended)
    {
        float[] reference = SpokenClips.All[clip].Samples, degraded = SpokenClips.WithNoise(reference, noise);

        Close.To(plain, Stoi.Measure(reference, degraded, 16_000)!.Value, 1e-12);
        Close.To(extended, Stoi.MeasureExtended(reference, degraded, 16_000)!.Value, 1e-12);
    }

    [Fact, Trait("Speed", "Slow")] // the same, at a rate that is no simple ratio to 10 kHz
    public void Measure_AgreesWithAnotherImplementation_At22050Hertz()
    {
        float[] reference = AudioFile.Read(TestData.PathOf("audio", "LJ001-0008.wav")).Samples;
        float[] degraded = SpokenClips.WithNoise(reference, 0.03);

        Close.To(0.9740366887429835, Stoi.Measure(reference, degraded, 22_050)!.Value, 1e-12);
        Close.To(0.9033964585937976, Stoi.MeasureExtended(reference, degraded, 22_050)!.Value, 1e-12);
    }

    [Fact, Trait("Speed", "Slow")]
    public void Measure_IsOne_ForTheSameSound()
    {
        Close.To(1, Stoi.Measure(SpokenClips.Short, SpokenClips.Short, 16_000)!.Value, 1e-9);
        Close.To(1, Stoi.MeasureExtended(SpokenClips.Short, SpokenClips.Short, 16_000)!.Value, 1e-9);
    }

    [Fact, Trait("Speed", "Slow")]
    public void Measure_FallsWithNoise()
    {
        double[] Series(Func<float[], double?> measure) =>
        [
            .. new[] { 0.001, 0.01, 0.1, 1 }.Select(amplitude => measure(SpokenClips.WithNoise(SpokenClips.Short, amplitude))!.Value),
        ];

        double[] plain = Series(degraded => Stoi.Measure(SpokenClips.Short, degraded, 16_000));
        double[] extended = Series(degraded => Stoi.MeasureExtended(SpokenClips.Short, degraded, 16_000));

        Assert.Equal(plain.OrderDescending(), plain);
        Assert.Equal(extended.OrderDescending(), extended);
        Assert.All(plain.Zip(extended), pair => Assert.True(pair.First > pair.Second));
    }

    [Fact]
    public void Measure_DoesNotHearLoudnessOrSign()
    {
        float[] degraded = SpokenClips.WithNoise(SpokenClips.Short, 0.02);
        double expected = Stoi.Measure(SpokenClips.Short, degraded, 16_000)!.Value;

        Close.To(expected, Stoi.Measure(SpokenClips.Short, SpokenClips.Scaled(degraded, -0.1f), 16_000)!.Value, 1e-6);
        Close.To(expected, Stoi.Measure(SpokenClips.Scaled(SpokenClips.Short, 3), degraded, 16_000)!.Value, 1e-6);
    }

    [Fact]
    public void Measure_LeavesSilenceOut()
    {
        float[] degraded = SpokenClips.WithNoise(SpokenClips.Short, 0.02), silence = new float[32_000];
        double expected = Stoi.Measure(SpokenClips.Short, degraded, 16_000)!.Value;

        double padded = Stoi.Measure([.. silence, .. SpokenClips.Short, .. silence], [.. silence, .. degraded, .. silence], 16_000)!.Value;

        Close.To(expected, padded, 0.02); // frames at both ends are half silent
    }

    [Fact]
    public void Measure_IsNull_WhereThereIsTooLittleSound()
    {
        float[] noise = Tone.Noise(10_000, 1);

        // 30 frames and a sample are 4,097 after silence is cut
        Assert.Null(Stoi.Measure(noise.AsSpan(0, 4_095), noise.AsSpan(0, 4_095), 10_000));
        Assert.NotNull(Stoi.Measure(noise.AsSpan(0, 4_300), noise.AsSpan(0, 4_300), 10_000));
        Assert.Null(Stoi.Measure(new float[10_000], noise, 10_000));
        Assert.Equal(0, Stoi.Measure(noise, new float[10_000], 10_000));
        Assert.Equal(0, Stoi.MeasureExtended(noise, new float[10_000], 10_000));
    }

    [Theory, InlineData(0), InlineData(-1), InlineData(999), InlineData(192_001)]
    public void Measure_RefusesOtherRates(int rate) =>
        Assert.Equal(
            "sampleRate",
            Assert.Throws<ArgumentOutOfRangeException>(() => Stoi.Measure(new float[5_000], new float[5_000], rate)).ParamName);
}
