using System.Numerics;
using AudioBsq.Signal;

namespace AudioBsq.Tests.Model.Signal;

[WithoutTorch]
public class MelInversionTests
{
    [Theory]
    [InlineData(MelScale.Htk, MelNorm.None, 128), InlineData(MelScale.Slaney, MelNorm.Slaney, 80)]
    [InlineData(MelScale.Htk, MelNorm.None, 20)]
    public void Invert_FindsSpectrumWithTheseBands(MelScale scale, MelNorm norm, int bands)
    {
        var options = new MelOptions { Scale = scale, Norm = norm, Bands = bands };
        float[] power = new MelSpectrogram(options).ExtractPower(Tone.Noise(4_000, seed: 1));

        float[] magnitude = new MelInversion(new MelFilterBank(options), 50).Invert(power);

        Assert.Equal(26 * 513, magnitude.Length);
        Assert.All(magnitude, x => Assert.True(x >= 0));
        float[] dense = new MelFilterBank(options).ToDense();
        double error = 0, total = 0;
        for (int frame = 0; frame < 26; frame++)
        {
            for (int band = 0; band < bands; band++)
            {
                double sum = 0;
                for (int bin = 0; bin < 513; bin++) sum += dense[bin * bands + band] * Math.Pow(magnitude[frame * 513 + bin], 2);
                error += Math.Abs(sum - power[frame * bands + band]);
                total += power[frame * bands + band];
            }
        }

        Assert.InRange(error / total, 0, 0.02);
    }

    [Fact]
    public void Invert_ComesCloserWithMoreIterations()
    {
        var options = new MelOptions();
        float[] power = new MelSpectrogram(options).ExtractPower(Tone.Noise(1_000, seed: 2));
        double Error(int iterations)
        {
            var bank = new MelFilterBank(options);
            float[] magnitude = new MelInversion(bank, iterations).Invert(power), dense = bank.ToDense();
            double error = 0;
            for (int i = 0; i < power.Length; i++)
            {
                double sum = 0;
                for (int bin = 0; bin < 513; bin++) sum += dense[bin * 128 + i % 128] * Math.Pow(magnitude[i / 128 * 513 + bin], 2);
                error += Math.Pow(sum - power[i], 2);
            }

            return error;
        }

        Assert.True(Error(50) < Error(10) && Error(10) < Error(2));
    }

    [Fact]
    public void Match_BringsASpectrumToTheBands_AndLeavesOneThatHasThem()
    {
        var bank = new MelFilterBank(new MelOptions());
        var inversion = new MelInversion(bank, 1);
        var (re, im) = (Spectrum(seed: 3), Spectrum(seed: 4));
        Vector<float>[] mel = new Vector<float>[128], bands = new Vector<float>[128], power = new Vector<float>[513];
        Array.Fill(mel, new Vector<float>(2.5f));
        double Error()
        {
            SetPower(power, re, im);
            inversion.Bands(power, bands);
            return Enumerable.Range(0, 128).Where(band => bands[band][0] > 0).Max(band => Math.Abs(bands[band][0] / 2.5 - 1));
        }

        double before = Error();
        for (int i = 0; i < 200; i++)
        {
            SetPower(power, re, im);
            inversion.Match(mel, power, re, im, bands);
        }

        double after = Error();
        inversion.Bands(power, mel);
        var (sameRe, sameIm) = (re.ToArray(), im.ToArray());
        inversion.Match(mel, power, sameRe, sameIm, bands);

        Assert.InRange(after, 0, 0.05 * before);
        for (int bin = 1; bin < 512; bin++)
        {
            Close.To(re[bin][0], sameRe[bin][0], 1e-5, "real part");
            Close.To(im[bin][0], sameIm[bin][0], 1e-5, "imaginary part");
        }
    }

    [Fact]
    public void Match_MakesSilentBandsSilent_AndKeepsNothingOutsideEveryBand()
    {
        var inversion = new MelInversion(new MelFilterBank(new MelOptions { MinFrequency = 1_000, MaxFrequency = 4_000 }), 1);
        var (re, im) = (Spectrum(seed: 5), Spectrum(seed: 6));
        Vector<float>[] mel = new Vector<float>[128], bands = new Vector<float>[128], power = new Vector<float>[513];
        Array.Fill(mel, Vector<float>.One, 64, 64);
        SetPower(power, re, im);

        inversion.Match(mel, power, re, im, bands);

        Assert.All(re[..64].Concat(re[257..]).Concat(im[..64]), x => Assert.Equal(Vector<float>.Zero, x)); // bins of 15.6 Hz
        Assert.NotEqual(Vector<float>.Zero, re[200]);
    }

    private static void SetPower(Vector<float>[] power, Vector<float>[] re, Vector<float>[] im)
    {
        for (int bin = 0; bin < power.Length; bin++) power[bin] = re[bin] * re[bin] + im[bin] * im[bin];
    }

    private static Vector<float>[] Spectrum(int seed) =>
        [.. Tone.Noise(513, seed).Select(x => new Vector<float>(x))];

    [Fact]
    public void Invert_DoesNotMixFrames()
    {
        var options = new MelOptions();
        float[] power = new MelSpectrogram(options).ExtractPower(Tone.Noise(4_000, seed: 3));
        var inversion = new MelInversion(new MelFilterBank(options), 50);

        float[] all = inversion.Invert(power), one = inversion.Invert(power.AsSpan(11 * 128, 128));

        Assert.Equal(all[(11 * 513)..(12 * 513)], one);
    }

    [Theory] // from far below the quietest sound to far above the loudest
    [InlineData(0f), InlineData(1e-30f), InlineData(1e-12f), InlineData(1f), InlineData(1e28f)]
    public void Invert_StaysFinite(float power)
    {
        float[] frame = new float[128];
        Array.Fill(frame, power);
        frame[64] = 0;

        float[] magnitude = new MelInversion(new MelFilterBank(new MelOptions()), 50).Invert(frame);

        Assert.All(magnitude, x => Assert.True(float.IsFinite(x)));
        Assert.True(power == 0 || power < 1e-12f || magnitude.Max() > 0.1 * Math.Sqrt(power));
    }

    [Theory]
    [InlineData(float.NaN), InlineData(-1f), InlineData(float.PositiveInfinity)]
    public void Invert_RefusesWhatIsNoPower(float bad)
    {
        float[] frame = new float[128];
        frame[3] = bad;

        Assert.Throws<ArgumentException>(() => new MelInversion(new MelFilterBank(new MelOptions()), 50).Invert(frame));
        Assert.Throws<ArgumentException>(() => new MelInversion(new MelFilterBank(new MelOptions()), 50).Invert(new float[127]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MelInversion(new MelFilterBank(new MelOptions()), 0));
    }
}
