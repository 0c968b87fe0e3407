using AudioBsq.Metrics;
using AudioBsq.Signal;
using AudioBsq.Tests.Model.Signal;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Metrics;

[NoTensorLeaks]
public class SpectralDistanceTests
{
    [Fact] // half the amplitude is 6.02 dB less in every bin
    public void LogSpectralDistance_IsTheGain()
    {
        float[] noise = Tone.Noise(16_000, 1, 0.5);

        Close.To(20 * Math.Log10(2), LogSpectralDistance.Measure(noise, SpokenClips.Scaled(noise, 0.5f), 16_000)!.Value, 1e-3);
        Assert.Equal(0, LogSpectralDistance.Measure(noise, noise, 16_000));
    }

    [Fact]
    public void LogSpectralDistance_HoldsSilenceAtTheFloor()
    {
        float[] tone = Tone.Sine(1_000, 16_000, 16_000);

        Assert.InRange(LogSpectralDistance.Measure(tone, new float[16_000], 16_000)!.Value, 1, 80);
        Assert.Equal(0, LogSpectralDistance.Measure(SpokenClips.Scaled(tone, 1e-6f), new float[16_000], 16_000));
    }

    // a ripple of one cepstral coefficient: its root mean square, whatever the bands; loudness and ripples past the 13th do not count
    [Fact]
    public void MelCepstralDistortion_IsTheRippleInDecibels()
    {
        foreach (int bands in new[] { 14, 80, 128 })
        {
            double Wave(int coefficient, int band) => Math.Cos(Math.PI * coefficient * (band + 0.5) / bands);
            float[] Ripple(int coefficient, double amplitude) =>
                [.. Enumerable.Range(0, 3 * bands).Select(i => (float)(-40 + amplitude * Wave(coefficient, i % bands)))];
            float[] flat = Ripple(1, 0);

            foreach (int d in new[] { 1, 5, 13 })
                Close.To(6 / Math.Sqrt(2), MelCepstralDistortion.MeasureMel(flat, Ripple(d, 6), bands)!.Value, 1e-5);
            Close.To(0, MelCepstralDistortion.MeasureMel(flat, Array.ConvertAll(flat, x => x + 10), bands)!.Value, 1e-5);
            if (bands > 14) Close.To(0, MelCepstralDistortion.MeasureMel(flat, Ripple(14, 6), bands)!.Value, 1e-5);
        }
    }

    [Fact]
    public void MelCepstralDistortion_OfSound()
    {
        float[] clip = SpokenClips.Short, noise = Tone.Noise(16_000, 1);

        Assert.Equal(0, MelCepstralDistortion.Measure(clip, clip, 16_000));
        Close.To(0, MelCepstralDistortion.Measure(noise, SpokenClips.Scaled(noise, 0.5f), 16_000)!.Value, 1e-3);
        double? little = MelCepstralDistortion.Measure(clip, SpokenClips.WithNoise(clip, 0.01), 16_000);
        Assert.True(little < MelCepstralDistortion.Measure(clip, SpokenClips.WithNoise(clip, 0.1), 16_000));
    }

    [Fact]
    public void MelCepstralDistortion_RefusesShapesThatDoNotFit()
    {
        Assert.Equal("bands", Assert.Throws<ArgumentOutOfRangeException>(() => MelCepstralDistortion.MeasureMel([], [], 13)).ParamName);
        Assert.Contains(
            "multiple of 20",
            Assert.Throws<ArgumentOutOfRangeException>(() => MelCepstralDistortion.MeasureMel(new float[21], new float[21], 20)).Message);
        Assert.Contains(
            "must be the 20",
            Assert.Throws<ArgumentOutOfRangeException>(() => MelCepstralDistortion.MeasureMel(new float[20], new float[40], 20)).Message);
        Assert.Null(MelCepstralDistortion.MeasureMel([], [], 20));
    }

    [Fact]
    public void MelError_IsTheAverage()
    {
        Assert.Equal(new MelError(1.5, 2.5), MelError.Of([0, 0], [1, -2]));
        Assert.Null(MelError.Of([], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => MelError.Of([1], [1, 2]));
        var mel = new MelSpectrogram(new MelOptions());
        float[] degraded = SpokenClips.WithNoise(SpokenClips.Short, 0.01);
        Assert.Equal(
            MelError.Of(mel.Extract(SpokenClips.Short), mel.Extract(degraded)), MelError.Measure(SpokenClips.Short, degraded, mel.Options));
    }

    [Fact] // the published losses, written out with torch
    public void MultiScaleDistances_AreThoseOfTorch()
    {
        using var scope = NewDisposeScope();
        float[] clip = SpokenClips.Short, degraded = SpokenClips.WithNoise(clip, 0.01);
        Tensor Magnitude(float[] sound, int window) =>
            stft(tensor(sound), window, window / 4, window, hann_window(window), center: true, onesided: true, return_complex: true)
                .abs().t();
        Tensor Mel(float[] sound, int window, int bands)
        {
            var bank = new MelFilterBank(window, 16_000, bands, MelScale.Slaney, MelNorm.Slaney, 0, 8_000);
            return Magnitude(sound, window).matmul(tensor(bank.ToDense(), [window / 2 + 1, bands]));
        }

        double Distance(Tensor x, Tensor y, int power, bool amplitudes)
        {
            double levels = nn.functional.l1_loss(x.clamp(1e-5).pow(power).log10(), y.clamp(1e-5).pow(power).log10()).ToDouble();
            return levels + (amplitudes ? nn.functional.l1_loss(x, y).ToDouble() : 0);
        }

        double stftDistance = 0, melDistance = 0, dac = 0;
        foreach (var (window, bands) in new[] { (2048, 150), (512, 80) })
        {
            stftDistance += Distance(Magnitude(clip, window), Magnitude(degraded, window), 2, true);
            melDistance += Distance(Mel(clip, window, bands), Mel(degraded, window, bands), 2, true);
        }

        for (int i = 0; i < 7; i++) dac += Distance(Mel(clip, 32 << i, 5 << i), Mel(degraded, 32 << i, 5 << i), 1, false);

        Close.To(stftDistance, MultiScaleDistance.CodecStft(clip, degraded)!.Value, 1e-4 * stftDistance);
        Close.To(melDistance, MultiScaleDistance.CodecMel(clip, degraded, 16_000)!.Value, 1e-4 * melDistance);
        Close.To(dac, MultiScaleDistance.DacMel(clip, degraded, 16_000)!.Value, 1e-4 * dac);
    }

    [Fact]
    public void MultiScaleDistances_AreZero_ForTheSameSound()
    {
        Assert.Equal(0, MultiScaleDistance.CodecStft(SpokenClips.Short, SpokenClips.Short));
        Assert.Equal(0, MultiScaleDistance.CodecMel(SpokenClips.Short, SpokenClips.Short, 16_000));
        Assert.Equal(0, MultiScaleDistance.DacMel(SpokenClips.Short, SpokenClips.Short, 16_000));
    }
}
