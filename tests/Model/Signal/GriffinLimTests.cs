using AudioBsq.Signal;

namespace AudioBsq.Tests.Model.Signal;

[WithoutTorch]
public class GriffinLimTests
{
    private static readonly GriffinLim Default = new(new MelOptions());

    public static TheoryData<MelLevel> Levels => [.. Enum.GetValues<MelLevel>()];

    [Theory, MemberData(nameof(Levels))]
    [Trait("Speed", "Slow")]
    public void Synthesize_GivesTheMelBack(MelLevel level)
    {
        var options = new MelOptions { Level = level };
        float[] sound = Voice(20_000), mel = new MelSpectrogram(options).Extract(sound);

        float[] again = new GriffinLim(options).Synthesize(mel, sound.Length);

        var decibels = new MelSpectrogram(new MelOptions());
        Assert.Equal(sound.Length, again.Length);
        Assert.InRange(Distance(decibels.Extract(sound), decibels.Extract(again)), 0, 1.3); // 1.09 measured
        Close.To(0, Tone.Decibels(Tone.Rms(again) / Tone.Rms(sound)), 0.5, "level in dB");
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Synthesize_IsBetterWithRoundsAndMomentum()
    {
        var mel = new MelSpectrogram(new MelOptions());
        float[] sound = Voice(16_000), frames = mel.Extract(sound);
        double Error(GriffinLimOptions options) =>
            Distance(frames, mel.Extract(new GriffinLim(mel.Options, options).Synthesize(frames, sound.Length)));

        double none = Error(new() { Iterations = 0 }), plain = Error(new() { Momentum = 0 }), fast = Error(new());

        Assert.True(fast < plain && plain < none, $"{none:F2} dB without rounds, {plain:F2} with, {fast:F2} with momentum");
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Synthesize_IsNearerToTheMel_ThanWithMagnitudesKept()
    {
        var mel = new MelSpectrogram(new MelOptions());
        float[] sound = Voice(16_000), frames = mel.Extract(sound);
        double Error(bool keep) => Distance(
            frames, mel.Extract(new GriffinLim(mel.Options, new() { KeepMagnitudes = keep }).Synthesize(frames, sound.Length)));

        double kept = Error(true), free = Error(false);

        Assert.True(free < 0.8 * kept, $"{free:F2} dB, {kept:F2} with magnitudes kept");
    }

    [Fact] // segments continue the sound before them, so short ones cost no quality
    [Trait("Speed", "Slow")]
    public void Synthesize_HasNoSeams()
    {
        var mel = new MelSpectrogram(new MelOptions());
        float[] sound = Voice(32_000), frames = mel.Extract(sound);

        float[] whole = Default.Synthesize(frames, sound.Length);
        float[] parts = new GriffinLim(mel.Options) { SegmentFrames = 24 }.Synthesize(frames, sound.Length);

        double one = Distance(frames, mel.Extract(whole)), many = Distance(frames, mel.Extract(parts));
        Assert.Equal(sound.Length, parts.Length);
        Assert.NotEqual(whole, parts);
        Assert.InRange(many, 0, one + 0.1);
        Assert.InRange(Jump(parts), 0, 1.2 * Jump(sound));
    }

    [Fact]
    public void Synthesize_KeepsTone()
    {
        float[] tone = Tone.Sine(1_000, 16_000, 32_000, 0.5);

        float[] again = Default.Synthesize(new MelSpectrogram(Default.Mel).Extract(tone));

        Close.To(0, Tone.Decibels(Tone.Rms(again.AsSpan(4_000..^4_000)) / Tone.Rms(tone)), 0.5, "level in dB");
        int crossings = Enumerable.Range(4_001, 24_000).Count(n => again[n - 1] < 0 && again[n] >= 0);
        Assert.InRange(crossings, 1_470, 1_530); // 1.5 s
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Synthesize_RepeatsItself_WithTheSameSeed()
    {
        float[] mel = new MelSpectrogram(Default.Mel).Extract(Voice(8_000));
        float[] Run(int seed) => new GriffinLim(Default.Mel, new() { Seed = seed }).Synthesize(mel);

        Assert.Equal(Run(5), Run(5));
        Assert.NotEqual(Run(5), Run(6));
        Assert.NotEqual(Run(5), Run(-5));
        float[] expected = Run(0);
        Parallel.For(0, 4, _ => Assert.Equal(expected, Default.Synthesize(mel)));
    }

    [Theory, Trait("Speed", "Slow")]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(8), InlineData(9), InlineData(100)]
    public void Synthesize_GivesTheLengthAskedFor(int frames)
    {
        float[] mel = new float[frames * 128];
        Array.Fill(mel, -30);

        Assert.Equal((frames - 1) * 160, Default.Synthesize(mel).Length);
        foreach (int length in new[] { (frames - 1) * 160, (frames - 1) * 160 + 1, frames * 160 - 1 })
        {
            float[] sound = Default.Synthesize(mel, length);

            Assert.Equal(length, sound.Length);
            Assert.All(sound, x => Assert.True(MathF.Abs(x) < 10, $"{x}"));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => Default.Synthesize(mel, (frames - 1) * 160 - 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Default.Synthesize(mel, frames * 160));
    }

    [Theory] // what a tokenizer makes of digital silence: every band up to 6 dB above the floor, which would add up to noise of −58 dBFS
    [InlineData(6, -240, -240), InlineData(7.5, -65, -60), InlineData(9, -57, -52)]
    public void Synthesize_FadesOutFramesNearTheFloor(double above, double least, double most)
    {
        float[] mel = new float[100 * 128];
        Array.Fill(mel, (float)(-80 + above));

        float[] sound = Default.Synthesize(mel);

        Assert.InRange(Tone.Decibels(Tone.Rms(sound)), least, most);
    }

    [Theory, MemberData(nameof(Levels))]
    public void Synthesize_KeepsSilence(MelLevel level)
    {
        var options = new MelOptions { Level = level };

        float[] sound = new GriffinLim(options).Synthesize(new MelSpectrogram(options).Extract(new float[3_000]), 3_000);

        Assert.All(sound, x => Assert.InRange(MathF.Abs(x), 0, 1e-6f));
    }

    [Fact]
    public void Synthesize_TakesAnEmptyMel()
    {
        Assert.Empty(Default.Synthesize(Array.Empty<float>()));
        Assert.Empty(Default.Synthesize(Array.Empty<float>(), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Default.Synthesize(Array.Empty<float>(), 1));
    }

    [Theory] // short windows, long windows, half overlap, one band, every sample a frame
    [InlineData(16, 4, 1), InlineData(64, 1, 10), InlineData(256, 128, 40), InlineData(8_192, 500, 200), InlineData(1_024, 160, 4_096)]
    public void Synthesize_TakesAnyShape(int fft, int hop, int bands)
    {
        var options = new MelOptions { FftLength = fft, HopLength = hop, Bands = bands };
        float[] sound = Voice(3_000);

        float[] again = new GriffinLim(options, new() { Iterations = 4 })
            .Synthesize(new MelSpectrogram(options).Extract(sound), sound.Length);

        Assert.Equal(sound.Length, again.Length);
        Assert.InRange(Tone.Rms(again), 0.2 * Tone.Rms(sound), 2 * Tone.Rms(sound));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Synthesize_Stops_WhenCancelled()
    {
        float[] mel = new float[1_000 * 128];
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.Throws<OperationCanceledException>(() => Default.Synthesize(mel, null, cancelled.Token));
    }

    [Theory]
    [InlineData(float.NaN), InlineData(float.PositiveInfinity), InlineData(float.NegativeInfinity), InlineData(1e9f)]
    public void Synthesize_RefusesWhatIsNoLevel(float bad)
    {
        float[] mel = new float[5 * 128];
        mel[300] = bad;

        Assert.Throws<ArgumentException>(() => Default.Synthesize(mel));
    }

    [Fact]
    public void Synthesize_RefusesPartsOfFrames() =>
        Assert.Contains("128", Assert.Throws<ArgumentException>(() => Default.Synthesize(new float[129])).Message);

    [Fact]
    public void Constructor_RefusesFramesThatBarelyOverlap() => Assert.Contains(
        "half", Assert.Throws<NotSupportedException>(() => new GriffinLim(new MelOptions { HopLength = 513 })).Message);

    public static TheoryData<GriffinLimOptions, string> Impossible => new()
    {
        { new() { Iterations = -1 }, "Iterations" },
        { new() { Momentum = 1 }, "Momentum" },
        { new() { Momentum = -0.1 }, "Momentum" },
        { new() { Momentum = double.NaN }, "Momentum" },
        { new() { InversionIterations = 0 }, "InversionIterations" },
    };

    [Theory, MemberData(nameof(Impossible))]
    public void Constructor_RefusesImpossibleOptions(GriffinLimOptions options, string name) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new GriffinLim(new MelOptions(), options)).ParamName);

    private static double Distance(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Average();

    private static float Jump(float[] sound) => Enumerable.Range(1, sound.Length - 1).Max(n => MathF.Abs(sound[n] - sound[n - 1]));

    // Gliding harmonics that come and go over faint noise.
    private static float[] Voice(int samples)
    {
        float[] sound = Tone.Noise(samples, seed: 11, amplitude: 0.003);
        double phase = 0;
        for (int n = 0; n < samples; n++)
        {
            double seconds = n / 16_000.0;
            phase += 2 * Math.PI * (140 + 40 * Math.Sin(2 * Math.PI * 1.3 * seconds)) / 16_000;
            for (int h = 1; h <= 20; h++)
                sound[n] += (float)(0.2 / h * (0.6 + 0.4 * Math.Sin(2 * Math.PI * 3 * seconds + h)) * Math.Sin(h * phase));
        }

        return sound;
    }
}
