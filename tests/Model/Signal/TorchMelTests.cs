using AudioBsq.Signal;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Signal;

/// <summary>The oracle is torch's own STFT and a dense matrix product.</summary>
[NoTensorLeaks]
public class TorchMelTests
{
    [Theory]
    [InlineData(1024, 160, 128, MelScale.Htk)]
    [InlineData(512, 128, 80, MelScale.Slaney)]
    [InlineData(2048, 2048, 40, MelScale.Htk)]
    public void ExtractPower_AgreesWithTorch(int length, int hop, int bands, MelScale scale)
    {
        using var scope = NewDisposeScope();
        var spectrogram = new MelSpectrogram(new MelOptions { FftLength = length, HopLength = hop, Bands = bands, Scale = scale });
        var random = new Random(1);
        float[] wave =
        [
            .. Enumerable.Range(0, 20_000).Select(n => (float)(0.5 * Math.Sin(0.001 * n * Math.Sqrt(n)) + 0.1 * random.NextDouble())),
        ];

        float[] actual = spectrogram.ExtractPower(wave);

        var power = stft(tensor(wave), length, hop, length, hann_window(length), center: true, onesided: true, return_complex: true).abs()
            .square();
        var bank = tensor(spectrogram.FilterBank.ToDense(), [length / 2 + 1, bands]);
        float[] expected = power.t().matmul(bank).data<float>().ToArray();
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Close.To(expected[i], actual[i], 1e-4 * expected[i] + 1e-6, $"power[{i}]");
    }
}
