using System.Globalization;
using AudioBsq.Tests.Model.Signal;
using AudioBsq.Vocoding;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Vocoding;

[NoTensorLeaks]
public class NeuralVocoderTests
{
    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(40), InlineData(384), InlineData(385), InlineData(1100)]
    [Trait("Speed", "Slow")]
    public void Synthesize_GivesTheLengthAskedFor(int frames)
    {
        using var vocoder = SmallVocoder.Create();
        float[] mel = Small.Mels(7, frames)[0];

        Assert.Equal((frames - 1) * 160, vocoder.Synthesize(mel).Length);
        foreach (int length in new[] { (frames - 1) * 160, (frames - 1) * 160 + 1, frames * 160 - 1 })
        {
            float[] sound = vocoder.Synthesize(mel, length);

            Assert.Equal(length, sound.Length);
            Assert.All(sound, x => Assert.True(MathF.Abs(x) < 10, $"{x}"));
            if (frames < 40) Assert.Equal(length, vocoder.Synthesize(mel, length, griffinLimIterations: 1).Length);
        }
    }

    [Fact]
    public void Synthesize_OfNothing_IsNothing()
    {
        using var vocoder = SmallVocoder.Create();

        Assert.Empty(vocoder.Synthesize(Array.Empty<float>()));
        Assert.Empty(vocoder.Synthesize(Array.Empty<float>(), 0, griffinLimIterations: 3));
        Assert.Empty(vocoder.Synthesize(new float[16]));
    }

    [Theory] // each window has all the frames that its sound depends on
    [InlineData(1, 90, null), InlineData(7, 90, null), InlineData(64, 300, null), InlineData(100, 100, null)]
    [InlineData(7, 90, 0), InlineData(64, 300, 3)]
    [Trait("Speed", "Slow")]
    public void Windows_GiveWhatTheWholeClipGives(int window, int frames, int? lookAhead)
    {
        var options = SmallVocoder.Options with { LookAheadFrames = lookAhead };
        using var vocoder = NeuralVocoder.Create(options, SmallVocoder.Mel, device: "cpu");
        float[] mel = Small.Mels(8, frames)[0];

        float[] whole = new VocoderWindows(vocoder) { WindowFrames = frames }.Synthesize(mel, frames * 160 - 1, 0, default);
        float[] parts = new VocoderWindows(vocoder) { WindowFrames = window }.Synthesize(mel, frames * 160 - 1, 0, default);

        Close.To(whole, parts, 1e-5 * whole.Max(MathF.Abs), "samples");
    }

    [Fact]
    public void Synthesize_RepeatsItself_OnAnyThread()
    {
        using var vocoder = SmallVocoder.Create();
        using var other = SmallVocoder.Create(seed: 4);
        float[] mel = Small.Mels(9, 60)[0], expected = vocoder.Synthesize(mel);

        Assert.Equal(expected, vocoder.Synthesize(mel));
        Assert.NotEqual(expected, other.Synthesize(mel));
        Parallel.For(0, 6, _ => Close.To(expected, vocoder.Synthesize(mel), 1e-6, "samples"));
    }

    [Fact]
    public void Rounds_OfGriffinLim_BringTheSoundNearerToItsMel_AtTheLevelOfItsSpectra()
    {
        using var vocoder = SmallVocoder.Create();
        var (mel, sound) = SmallVocoder.Clip(20_000);
        var spectrogram = new AudioBsq.Signal.MelSpectrogram(SmallVocoder.Mel);
        (double Error, double Level) Measure(int rounds)
        {
            float[] levels = spectrogram.Extract(vocoder.Synthesize(mel, sound.Length, rounds));
            double level = levels.Zip(mel, (a, b) => a - b).Average();
            return (levels.Zip(mel, (a, b) => Math.Abs(a - b - level)).Average(), level);
        }

        var (none, some) = (Measure(0), Measure(8));

        Assert.True(
            some.Error < 0.5 * none.Error,
            string.Create(CultureInfo.InvariantCulture, $"{none.Error:F2} dB without, {some.Error:F2} dB with rounds"));
        Close.To(0, some.Level, 0.5, "level in dB"); // that of the first magnitudes, which random weights hardly change
        Assert.Equal(vocoder.Synthesize(mel, sound.Length, 2), vocoder.Synthesize(mel, sound.Length, 2));
    }

    [Fact]
    public void Silence_StaysSilent()
    {
        using var vocoder = SmallVocoder.Create();
        float[] mel = new float[16 * 50];
        Array.Fill(mel, -80);

        Assert.InRange(vocoder.Synthesize(mel).Max(MathF.Abs), 0, 1e-6f);
    }

    [Fact]
    public void HostileInput_IsRefused()
    {
        using var vocoder = SmallVocoder.Create();
        float[] mel = Small.Mels(2, 20)[0];
        string Error(float[] frames, int? samples = null, int rounds = 0) =>
            Assert.ThrowsAny<ArgumentException>(() => vocoder.Synthesize(frames, samples, rounds)).Message;

        Assert.Contains("16 bands", Error(mel[..^1]));
        Assert.Contains("3040 to 3199", Error(mel, 3_039));
        Assert.Contains("3040 to 3199", Error(mel, 3_200));
        Assert.Contains("0 to 0", Error([], 1));
        Assert.Contains("Iterations", Error(mel, null, -1));
        foreach (float bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e30f })
        {
            float[] spoilt = [.. mel];
            spoilt[77] = bad;
            Assert.Contains("no level", Error(spoilt));
            Assert.Contains("no level", Error(spoilt, null, 2));
        }

        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.Throws<OperationCanceledException>(() => vocoder.Synthesize(mel, cancellation: stopped.Token));
    }

    [Fact]
    public void Levels_OfAnyUnit_GiveTheSameSound()
    {
        float[] sound = SmallVocoder.Voice(8_000);
        float[] Run(AudioBsq.Signal.MelLevel level)
        {
            var mel = SmallVocoder.Mel with { Level = level };
            using var vocoder = NeuralVocoder.Create(SmallVocoder.Options, mel, device: "cpu");
            return vocoder.Synthesize(new AudioBsq.Signal.MelSpectrogram(mel).Extract(sound));
        }

        float[] expected = Run(AudioBsq.Signal.MelLevel.FullScale);

        Close.To(expected, Run(AudioBsq.Signal.MelLevel.Power), 0.02 * Tone.Rms(expected), "power"); // what lies below the floor differs
        Close.To(expected, Run(AudioBsq.Signal.MelLevel.NaturalLog), 0.02 * Tone.Rms(expected), "logarithm");
    }

    [Fact]
    public void Options_AreChecked()
    {
        string Error(VocoderOptions options, AudioBsq.Signal.MelOptions? mel = null) =>
            Assert.ThrowsAny<ArgumentException>(() => NeuralVocoder.Create(options, mel ?? SmallVocoder.Mel)).Message;

        Assert.Contains("Kernel", Error(new() { Kernel = 4 }));
        Assert.Contains("Width", Error(new() { Width = 4 }));
        Assert.Contains("Layers", Error(new() { Layers = 0 }));
        Assert.Contains("Expansion", Error(new() { Expansion = 9 }));
        Assert.Contains("overlap", Error(new(), Small.Mel));
        Assert.Contains("from 0 to ContextFrames 15", Error(new() { LookAheadFrames = -1 }));
        Assert.Contains("from 0 to ContextFrames 15", Error(new() { LookAheadFrames = 16 }));
        Assert.Contains("ContextFrames 0", Error(new() { Kernel = 1, LookAheadFrames = 1 }));
    }

    [Theory]
    [InlineData(null, 15, 15), InlineData(15, 15, 15), InlineData(7, 23, 7), InlineData(1, 29, 1), InlineData(0, 30, 0)]
    public void LookAhead_IsThatOfTheConvolutionsTogether(int? frames, int before, int after)
    {
        var options = new VocoderOptions { LookAheadFrames = frames };

        var reaches = Enumerable.Range(0, options.Layers + 1).Select(options.Reach).ToList();

        Assert.Equal((before, after), (options.FramesBefore, options.FramesAfter));
        Assert.Equal((before, after), (reaches.Sum(reach => reach.Before), reaches.Sum(reach => reach.After)));
        Assert.All(reaches, reach => Assert.Equal(options.Kernel, reach.Before + 1 + reach.After));
    }

    [Fact]
    public void Disposed_CannotBeUsed()
    {
        var vocoder = SmallVocoder.Create();
        vocoder.Dispose();
        vocoder.Dispose();
        string path = Path.Combine(TestData.NewFolder(), "vocoder.safetensors");
        File.WriteAllText(path, "old");

        Assert.Throws<ObjectDisposedException>(() => vocoder.Synthesize(new float[16]));
        Assert.Throws<ObjectDisposedException>(() => vocoder.Save(path));
        Assert.Equal("old", File.ReadAllText(path));
    }

    [Fact] // magnitude and phase of the true transform are the sound
    public void Inverse_UndoesTheTransform()
    {
        using var scope = NewDisposeScope();
        foreach (var (fft, hop) in new[] { (512, 160), (1024, 160), (512, 256) })
        {
            var mel = SmallVocoder.Mel with { FftLength = fft, HopLength = hop };
            using var inverse = new InverseStft(mel, CPU);
            float[] sound = SmallVocoder.Voice(40 * hop);
            var window = hann_window(fft);
            var spectrum = stft(tensor(sound), fft, hop, fft, window, center: true, onesided: true, return_complex: true).unsqueeze(0);
            var parts = new VocoderSpectrum(spectrum.abs().log(), spectrum.angle().cos(), spectrum.angle().sin());

            float[] again = inverse.Apply(parts.ToComplex(), sound.Length).data<float>().ToArray();

            Close.To(sound, again, 1e-5, $"{fft}/{hop}");
        }
    }
}
