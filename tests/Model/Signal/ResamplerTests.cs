using AudioBsq.Persistence;
using AudioBsq.Signal;

namespace AudioBsq.Tests.Model.Signal;

[WithoutTorch]
public class ResamplerTests
{
    public static TheoryData<string, string> Golden
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string path in TestData.Golden("mel", "resample.safetensors"))
            {
                foreach (string name in SafetensorsReader.ReadFile(path).Keys.Where(name => name.EndsWith(".in", StringComparison.Ordinal)))
                    cases.Add(path, name[..^3]);
            }

            return cases;
        }
    }

    [Theory, MemberData(nameof(Golden))] // "<from>_<to>.in" and ".out", made by torchaudio
    public void Hann_EqualsReference(string path, string pair)
    {
        var tensors = SafetensorsReader.ReadFile(path);
        int[] rates = [.. pair.Split('_').Select(int.Parse)];

        float[] output = new Resampler(rates[0], rates[1], ResamplingFilter.Hann).Process(tensors[pair + ".in"].ToSingles());

        Close.To(tensors[pair + ".out"].ToSingles(), output, 2e-6, pair);
    }

    [Theory]
    [InlineData(44_100, 16_000), InlineData(8_000, 16_000), InlineData(48_000, 16_000), InlineData(16_000, 22_050)]
    [InlineData(44_100, 16_001)]
    public void Process_KeepsToneInBand(int from, int to)
    {
        foreach (double part in new[] { 0.01, 0.3, 0.6, 0.875 })
        {
            double frequency = part * Math.Min(from, to) / 2;

            float[] output = Resampler.Resample(Tone.Sine(frequency, from, from / 2), from, to);

            // an ideal resampler gives the same sine at the new times
            float[] ideal = Tone.Sine(frequency, to, output.Length);
            int edge = output.Length / 8;
            Close.To(ideal.AsSpan(edge..^edge), output.AsSpan(edge..^edge), 1e-4, $"{frequency} Hz from {from} to {to}");
        }
    }

    [Theory]
    [InlineData(44_100, 16_000), InlineData(48_000, 16_000), InlineData(44_100, 16_001)]
    public void Process_SuppressesAliases(int from, int to)
    {
        foreach (double frequency in new[] { 8_500, 9_000, 11_000, 15_000, 20_000 })
        {
            float[] output = Resampler.Resample(Tone.Sine(frequency, from, from), from, to);

            double level = Tone.Decibels(Tone.Rms(output.AsSpan(2_000..^2_000)) * Math.Sqrt(2));
            Assert.True(level < -100, $"{frequency} Hz leaves {level:F1} dB");
        }
    }

    [Fact]
    public void Process_SuppressesImages_WhenRateRises()
    {
        float[] output = Resampler.Resample(Tone.Sine(3_000, 8_000, 8_000), 8_000, 16_000);

        double image = Tone.Decibels(Tone.AmplitudeAt(5_000, 16_000, output.AsSpan(2_000..^2_000)));
        Assert.True(image < -100, $"the image at 5 kHz has {image:F1} dB");
    }

    [Theory]
    [InlineData(44_100, 16_000, ResamplingFilter.Kaiser, 1e-6)]
    [InlineData(16_000, 44_100, ResamplingFilter.Kaiser, 1e-6)]
    [InlineData(767_999, 768_000, ResamplingFilter.Kaiser, 1e-6)]
    [InlineData(44_100, 16_000, ResamplingFilter.Hann, 5e-3)]
    public void Process_KeepsConstant(int from, int to, ResamplingFilter filter, double tolerance)
    {
        float[] ones = new float[4_000];
        Array.Fill(ones, 1f);

        float[] output = new Resampler(from, to, filter).Process(ones);

        int edge = output.Length / 4;
        Assert.All(output[edge..^edge], x => Close.To(1, x, tolerance));
    }

    [Theory]
    [InlineData(16_000, 44_100), InlineData(16_000, 22_050), InlineData(16_000, 16_001)]
    public void Process_UndoesItself_WhenBandLimited(int low, int high)
    {
        float[] sound = new float[low / 2];
        foreach (double frequency in new[] { 100, 1_234, 4_321, 7_000 })
        {
            float[] tone = Tone.Sine(frequency, low, sound.Length, 0.2, frequency);
            for (int n = 0; n < sound.Length; n++) sound[n] += tone[n];
        }

        float[] again = Resampler.Resample(Resampler.Resample(sound, low, high), high, low);

        Close.To(sound.AsSpan(500, 7_000), again.AsSpan(500, 7_000), 1e-4);
    }

    [Theory]
    [InlineData(44_100, 16_000), InlineData(16_000, 44_100), InlineData(11_025, 16_000), InlineData(16_000, 16_000)]
    [InlineData(768_000, 751), InlineData(1_001, 768_000)]
    [Trait("Speed", "Slow")]
    public void Process_GivesLengthTimesRatioRoundedUp(int from, int to)
    {
        foreach (int length in new[] { 0, 1, 2, 159, 1_000 })
        {
            long expected = (long)Math.Ceiling((decimal)length * to / from);

            Assert.Equal(expected, Resampler.Resample(new float[length], from, to).Length);
            Assert.Equal(expected, new Resampler(from, to).LengthOf(length));
        }
    }

    [Fact] // 16,001 phases are interpolated from fewer, 160 are not: neighbouring rates must agree where their clocks still do
    public void Process_InterpolatesPhasesExactlyEnough()
    {
        float[] tone = Tone.Sine(7_000, 44_100, 44_100);

        float[] output = Resampler.Resample(tone, 44_100, 16_001);

        double level = Tone.AmplitudeAt(7_000, 16_001, output.AsSpan(2_000..^2_000));
        float[] ideal = Tone.Sine(7_000, 16_001, output.Length, level);
        double error = 0;
        for (int n = 2_000; n < output.Length - 2_000; n++) error = Math.Max(error, Math.Abs(ideal[n] - output[n]));
        Assert.True(Tone.Decibels(error) < -100, $"worst sample is off by {Tone.Decibels(error):F1} dB");
    }

    [Fact]
    public void Process_StaysSmall_ForExtremeRates()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();

        Resampler.Resample(new float[1_000], 767_999, 768_000);
        Resampler.Resample(new float[1_000], 768_000, 751);
        Resampler.Resample(new float[1_000], 44_100, 16_001);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
    }

    [Fact]
    public void Process_IsTheSameOnManyThreads()
    {
        float[] sound = Tone.Noise(20_000, seed: 1);
        var resampler = new Resampler(44_100, 16_000);
        float[] expected = resampler.Process(sound);

        Parallel.For(0, 8, _ => Assert.Equal(expected, resampler.Process(sound)));
        Parallel.For(1, 20, i => Resampler.Resample(sound.AsSpan(0, 100), 16_000, 16_000 + 80 * i));
    }

    [Fact]
    public void Process_CopiesAtEqualRates()
    {
        float[] sound = [1, 2, 3];

        float[] output = Resampler.Resample(sound, 16_000, 16_000);

        Assert.Equal(sound, output);
        Assert.NotSame(sound, output);
    }

    [Theory]
    [InlineData(0, 16_000), InlineData(16_000, 0), InlineData(-1, 16_000), InlineData(768_001, 16_000), InlineData(16_000, int.MaxValue)]
    public void Constructor_RefusesImpossibleRates(int from, int to) =>
        Assert.Contains("768,000", Assert.Throws<ArgumentOutOfRangeException>(() => new Resampler(from, to)).Message);

    [Theory]
    [InlineData(768_000, 1), InlineData(1, 768_000), InlineData(16_000, 15)]
    public void Constructor_RefusesRatesTooFarApart(int from, int to) =>
        Assert.Contains("two steps", Assert.Throws<NotSupportedException>(() => new Resampler(from, to)).Message);

    [Theory]
    [InlineData(float.NaN), InlineData(float.PositiveInfinity), InlineData(float.NegativeInfinity), InlineData(float.MaxValue)]
    public void Process_RefusesWhatIsNoSample(float bad)
    {
        float[] sound = new float[100];
        sound[70] = bad;

        var e = Assert.Throws<ArgumentException>(() => Resampler.Resample(sound, 44_100, 16_000));

        Assert.Contains("[70]", e.Message);
    }
}
