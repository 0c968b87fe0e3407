using AudioBsq.Signal;
using AudioBsq.Signal.Fft;

namespace AudioBsq.Tests.Model.Signal;

[WithoutTorch]
public class MelSpectrogramTests
{
    private static readonly MelSpectrogram Mel = new(new MelOptions());

    public static TheoryData<MelLevel> Levels => [.. Enum.GetValues<MelLevel>()];

    [Fact]
    public void ExtractPower_GrowsWithTheSquare()
    {
        float[] sound = Tone.Noise(5_000, seed: 1);

        float[] power = Mel.ExtractPower(sound), louder = Mel.ExtractPower([.. sound.Select(x => 4 * x)]);

        Assert.Equal(power.Select(p => 16 * p), louder); // powers of two lose nothing
    }

    [Fact]
    public void Extract_OverwritesTheMemoryOfTheCaller()
    {
        float[] sound = Tone.Noise(5_000, seed: 5), memory = [.. Enumerable.Repeat(float.NaN, Mel.Options.FramesOf(5_000) * 128 + 2)];

        Mel.Extract(sound, memory.AsSpan(1..^1));

        Assert.Equal(Mel.Extract(sound), memory[1..^1]);
        Assert.True(float.IsNaN(memory[0]) && float.IsNaN(memory[^1]));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Extract_RefusesMemoryOfAnotherLength(int more)
    {
        float[] memory = new float[Mel.Options.FramesOf(5_000) * 128 + more];

        var error = Assert.Throws<ArgumentException>("mel", () => Mel.Extract(new float[5_000], memory));

        Assert.Contains($"memory for {memory.Length:N0}", error.Message);
    }

    [Fact] // so a stream can be cut anywhere between hops
    public void Extract_MovesWithTheSound()
    {
        float[] sound = Tone.Noise(16_000, seed: 2);

        float[] whole = Mel.Extract(sound), late = Mel.Extract(sound.AsSpan(13 * 160));

        int bands = Mel.Options.Bands;
        Assert.Equal(whole.AsSpan(20 * bands, 70 * bands), late.AsSpan(7 * bands, 70 * bands));
    }

    [Fact]
    public void Extract_DoesNotKnowWhatComesLater()
    {
        float[] sound = Tone.Noise(16_000, seed: 3, amplitude: 0.001);
        float[] before = Mel.Extract(sound.AsSpan(0, 8_000));
        Array.Fill(sound, 0.9f, 8_000, 8_000);

        float[] whole = Mel.Extract(sound);

        int seen = (8_000 - 512) / 160 * Mel.Options.Bands;
        Assert.Equal(before.AsSpan(0, seen), whole.AsSpan(0, seen));
    }

    // A sine of amplitude 1 in the middle of bin k has |X|² = (n/4)² there and a quarter of it in both neighbours (the Hann
    // window's transform). So a band reads 10·log10(w[k] + (w[k−1] + w[k+1])/4), which is 0 dB where only a peak of 1 meets it.
    [Fact]
    public void Extract_ReadsZeroDecibels_ForFullScaleSine()
    {
        var bank = Mel.FilterBank;
        var (band, bin, expected) = (0, 0, double.NegativeInfinity);
        for (int b = 0; b < bank.Bands; b++)
        {
            for (int i = 0; i < bank.Weights(b).Length; i++)
            {
                double around = (i > 0 ? bank.Weights(b)[i - 1] : 0) + (i + 1 < bank.Weights(b).Length ? bank.Weights(b)[i + 1] : 0);
                double level = 10 * Math.Log10(bank.Weights(b)[i] + around / 4);
                if (bank.FirstBin(b) + i > 4 && Math.Abs(level) < Math.Abs(expected))
                    (band, bin, expected) = (b, bank.FirstBin(b) + i, level);
            }
        }

        float[] mel = Mel.Extract(Tone.Sine(bin * 16_000 / 1024.0, 16_000, 16_000));

        Close.To(0, expected, 0.05, "best band by arithmetic");
        for (int frame = 10; frame < 90; frame++) Close.To(0, mel[frame * bank.Bands + band], 0.06, $"band {band}, frame {frame}");
        Assert.InRange(mel.Max(), -0.2, 1.8); // a wide band can add both neighbours: 10·log10(1.5)
    }

    [Fact]
    public void Extract_TellsQuietFromLoud()
    {
        float[] loud = Mel.Extract(Tone.Sine(1_000, 16_000, 8_000)), quiet = Mel.Extract(Tone.Sine(1_000, 16_000, 8_000, 0.01));

        Close.To(40, loud.Max() - quiet.Max(), 1e-3);
    }

    [Theory]
    [InlineData(MelLevel.FullScale, -80f), InlineData(MelLevel.FileMaximum, -100f), InlineData(MelLevel.NaturalLog, -20.723266f)]
    [InlineData(MelLevel.Power, 0f)]
    public void Extract_GivesFloor_ForSilence(MelLevel level, float floor)
    {
        float[] mel = new MelSpectrogram(new MelOptions { Level = level }).Extract(new float[1_000]);

        Assert.All(mel, x => Close.To(floor, x, 1e-5));
        Assert.Equal(7 * 128, mel.Length);
    }

    [Fact]
    public void Extract_KeepsAnyFloor()
    {
        float[] mel = new MelSpectrogram(new MelOptions { FloorDecibels = -5_000 }).Extract(new float[1_000]);

        Assert.All(mel, x => Assert.Equal(-5_000, x));
    }

    [Theory, MemberData(nameof(Levels))]
    public void Extract_TakesClipsOfAnyLength(MelLevel level)
    {
        var mel = new MelSpectrogram(new MelOptions { Level = level });
        float[] sound = Tone.Noise(1_200, seed: 4);

        Assert.Empty(mel.Extract([]));
        foreach (int length in new[] { 1, 2, 3, 159, 160, 161, 511, 512, 513, 1_023, 1_024, 1_025, 1_200 })
        {
            float[] frames = mel.Extract(sound.AsSpan(0, length));

            Assert.Equal((1 + length / 160) * 128, frames.Length);
            Assert.All(frames, x => Assert.True(float.IsFinite(x)));
        }
    }

    [Theory] // torch mirrors once and refuses 512 samples or fewer; mirroring goes on here
    [InlineData(1), InlineData(2), InlineData(100), InlineData(333), InlineData(512), InlineData(513), InlineData(5_000)]
    public void Extract_MirrorsTheEnds(int length)
    {
        const int Before = 10;
        float[] sound = Tone.Noise(length, seed: 5), mirrored = new float[length + 2 * Before * 160];
        for (int i = 0; i < mirrored.Length; i++)
        {
            int at = i - Before * 160;
            while (at < 0 || at >= length) at = length == 1 ? 0 : at < 0 ? -at : 2 * (length - 1) - at;
            mirrored[i] = sound[at];
        }

        float[] mel = Mel.Extract(sound), inside = Mel.Extract(mirrored);

        Assert.Equal(inside.AsSpan(Before * 128, mel.Length).ToArray(), mel);
    }

    [Theory] // smallest, largest, not overlapping, one band, more bands than bins
    [InlineData(16, 16, 1), InlineData(16, 1, 4096), InlineData(32, 7, 5), InlineData(65_536, 1_000, 300), InlineData(2_048, 2_048, 80)]
    public void ExtractPower_EqualsDefinition(int fft, int hop, int bands)
    {
        var options = new MelOptions
        {
            FftLength = fft,
            HopLength = hop,
            Bands = bands,
            MinFrequency = 20,
            MaxFrequency = 7_600,
            Scale = MelScale.Slaney,
        };
        var mel = new MelSpectrogram(options);
        float[] sound = Tone.Noise(Math.Max(3 * hop, 200), seed: 6);

        float[] power = mel.ExtractPower(sound);

        Assert.Equal(options.FramesOf(sound.Length) * bands, power.Length);
        int frame = 1;
        double[] bins = new double[fft / 2 + 1];
        foreach (int k in Enumerable.Range(0, bins.Length).Where(k => bins.Length < 2_000 || k is 83 or 84 or 85))
        {
            double re = 0, im = 0;
            for (int n = 0; n < fft; n++)
            {
                double x = sound[Stft.Mirror(frame * hop - fft / 2 + n, sound.Length)] * (0.5 - 0.5 * Math.Cos(2 * Math.PI * n / fft));
                var (sin, cos) = Math.SinCos(2 * Math.PI * ((long)k * n % fft) / fft);
                (re, im) = (re + x * cos, im - x * sin);
            }

            bins[k] = re * re + im * im;
        }

        for (int band = 0; band < bands; band++)
        {
            var weights = mel.FilterBank.Weights(band).ToArray();
            int first = mel.FilterBank.FirstBin(band);
            if (bins.Length >= 2_000 && (first < 83 || first + weights.Length > 86)) continue;
            double expected = weights.Select((w, i) => w * bins[first + i]).Sum();
            Close.To(expected, power[frame * bands + band], 1e-5 * Math.Max(expected, bins.Max()) + 1e-9, $"band {band}");
        }
    }

    [Fact]
    public void Extract_IsTheSameOnManyThreads()
    {
        float[] sound = Tone.Noise(20_000, seed: 7), expected = Mel.Extract(sound);

        Parallel.For(0, 8, _ => Assert.Equal(expected, Mel.Extract(sound)));
    }

    [Theory]
    [InlineData(float.NaN), InlineData(float.PositiveInfinity), InlineData(float.NegativeInfinity), InlineData(1e30f)]
    public void Extract_RefusesWhatIsNoSample(float bad)
    {
        float[] sound = new float[1_000];
        sound[123] = bad;

        Assert.Contains("waveform[123]", Assert.Throws<ArgumentException>(() => Mel.Extract(sound)).Message);
    }

    public static TheoryData<MelOptions, string> Impossible => new()
    {
        { new MelOptions { SampleRate = 0 }, "SampleRate" },
        { new MelOptions { FftLength = 1_000 }, "FftLength" },
        { new MelOptions { FftLength = 8 }, "FftLength" },
        { new MelOptions { FftLength = 131_072 }, "FftLength" },
        { new MelOptions { FftLength = int.MinValue }, "FftLength" },
        { new MelOptions { HopLength = 0 }, "HopLength" },
        { new MelOptions { HopLength = 1_025 }, "HopLength" },
        { new MelOptions { Bands = 0 }, "Bands" },
        { new MelOptions { Bands = int.MaxValue }, "Bands" },
        { new MelOptions { MinFrequency = -1 }, "MinFrequency" },
        { new MelOptions { MinFrequency = double.NaN }, "MinFrequency" },
        { new MelOptions { MinFrequency = 8_000 }, "UpperFrequency" },
        { new MelOptions { MaxFrequency = 8_001 }, "UpperFrequency" },
        { new MelOptions { MaxFrequency = double.NaN }, "UpperFrequency" },
        { new MelOptions { Scale = (MelScale)7 }, "Scale" },
        { new MelOptions { Norm = (MelNorm)7 }, "Norm" },
        { new MelOptions { Level = (MelLevel)7 }, "Level" },
        { new MelOptions { FloorDecibels = 0 }, "FloorDecibels" },
        { new MelOptions { FloorDecibels = float.NaN }, "FloorDecibels" },
    };

    [Theory, MemberData(nameof(Impossible))]
    public void Constructor_RefusesImpossibleOptions(MelOptions options, string name)
    {
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new MelSpectrogram(options)).ParamName);
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new MelFilterBank(options)).ParamName);
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new GriffinLim(options)).ParamName);
    }
}
