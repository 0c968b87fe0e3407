using AudioBsq.Cli.Reports;

namespace AudioBsq.Tests.Cli.Reports;

[WithoutTorch]
public class CodeUseTests
{
    [Fact]
    public void Of_CountsAndCorrelates()
    {
        // bit 1: 0 0 1 1, bit 2: its opposite, bit 3: unrelated, bit 4: dead
        var use =
            CodeUse.Of(
            [0b0100, 0b0110, 0b1000, 0b1010, 0b1010, 0b1000, 0b0110, 0b0100, 0b0100, 0b1010], bitsPerToken: 4, tokensPerPosition: 1);

        Assert.Equal([3, 3, 2, 2], use.Counts);
        Assert.Equal((10, 1), (use.Diagnostics.Positions, use.Diagnostics.DeadBits));
        Assert.Equal(1, use.Correlations[0][0]!.Value, 12);
        Assert.Equal(-1, use.Correlations[0][1]!.Value, 12);
        Assert.Equal(0.2, use.Correlations[0][2]!.Value, 12);
        Assert.Equal(use.Correlations[2][0], use.Correlations[0][2]);
        Assert.Null(use.Correlations[3][0]);
        Assert.Null(use.Correlations[3][3]);
    }

    [Fact]
    public void Of_AgreesWithTheDiagnostics_InGroups()
    {
        var random = new Random(1);
        long[] tokens = [.. Enumerable.Range(0, 400).Select(_ => (long)random.Next(1 << 9))];

        var use = CodeUse.Of(tokens, bitsPerToken: 9, tokensPerPosition: 4);

        double[] others =
            [.. from row in Enumerable.Range(
            0, 36) from column in Enumerable.Range(0, row) select Math.Abs(use.Correlations[row][column]!.Value)];
        Assert.Equal(use.Diagnostics.MeanBitCorrelation, others.Average(), 12);
        Assert.Equal(use.Diagnostics.MaxBitCorrelation, others.Max(), 12);
        Assert.Equal((100, use.Diagnostics.DistinctCodes), (use.Counts.Sum(), use.Counts.Count));
    }
}
