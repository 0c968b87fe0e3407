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
