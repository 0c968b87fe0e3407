using AudioBsq.Signal;

namespace AudioBsq.Tests.Model.Signal;

[WithoutTorch]
public class MelFilterBankTests
{
    [Fact] // between the first and the last peak, every bin is divided among two neighbours without loss
    public void Weights_AddUpToOne()
    {
        var bank = new MelFilterBank(new MelOptions { Bands = 40 });
        float[] dense = bank.ToDense();

        Assert.Equal((513, 40), (bank.Bins, bank.Bands));
        for (int bin = 10; bin < 470; bin++)
            Close.To(1, Enumerable.Range(0, 40).Sum(band => (double)dense[bin * 40 + band]), 1e-5, $"bin {bin}");
    }

    [Fact] // 2595·log10(1 + f/700) is 0 at 0 Hz and 2840.023 at 8 kHz: one band between peaks at 1420.011 mel, 1767.8 Hz
    public void Weights_PeakWhereTheScaleSays()
    {
        var bank = new MelFilterBank(new MelOptions { Bands = 1 });

        int peak = bank.FirstBin(0) + bank.Weights(0).IndexOf(bank.Weights(0).ToArray().Max());

        Assert.Equal(113, peak); // 1767.8 / 15.625 = 113.1
        Assert.Equal(1, bank.FirstBin(0));
        Assert.Equal(511, bank.Weights(0).Length);
    }

    [Fact]
    public void Slaney_HasAreaOneInHertz()
    {
        var bank = new MelFilterBank(new MelOptions { Bands = 40, Scale = MelScale.Slaney, Norm = MelNorm.Slaney });

        for (int band = 20; band < 40; band++) Close.To(1, bank.Weights(band).ToArray().Sum() * 15.625, 0.02, $"band {band}");
    }

    [Fact] // 4,096 bands over nine bins: most touch none, and none is lost
    public void Bands_MayBeEmpty()
    {
        var bank = new MelFilterBank(new MelOptions { FftLength = 16, HopLength = 16, Bands = 4096 });

        Assert.Contains(Enumerable.Range(0, 4096), band => bank.Weights(band).IsEmpty);
        Assert.All(Enumerable.Range(0, 4096), band => Assert.InRange(bank.FirstBin(band) + bank.Weights(band).Length, 0, bank.Bins));
    }
}
