using AudioBsq.Quantization;

namespace AudioBsq.Tests.Model.Quantization;

[WithoutTorch]
public class CodebookDiagnosticsTests
{
    [Fact]
    public void Of_CountsAWorkedExample()
    {
        // Bits: 00 00 01 11. First bit 1 of 4, second bit 2 of 4; 00 twice, 01 and 11 once.
        var found = CodebookDiagnostics.Of([0, 0, 1, 3], bitsPerToken: 2);

        Assert.Equal((4, 2, 3, 0), (found.Positions, found.Bits, found.DistinctCodes, found.DeadBits));
        Close.To(1.5, found.JointEntropy, 1e-12);
        Close.To(Math.Pow(2, 1.5), found.Perplexity, 1e-12);
        Close.To(-0.25 * Math.Log2(0.25) - 0.75 * Math.Log2(0.75), found.BitEntropies[0], 1e-12);
        Close.To(1, found.BitEntropies[1], 1e-12);
        Close.To((0.25 - 0.25 * 0.5) / Math.Sqrt(0.25 * 0.75 * 0.25), found.MeanBitCorrelation, 1e-12);
        Close.To(0.75, found.Usage, 1e-12);
        Close.To(0.75, found.NormalizedJointEntropy, 1e-12);
        Close.To(1.5 / Math.Log2(3), found.Evenness, 1e-12);
        Close.To(0.75, found.AttainableJointEntropy, 1e-12);
        Close.To(found.MeanBitCorrelation, found.MaxBitCorrelation, 1e-12); // there is one pair
    }

    [Fact] // 8 positions of 3 bits: the first two bits equal, the third dead
    public void Of_CountsAnExampleWithADeadBit()
    {
        var found = CodebookDiagnostics.Of([0, 0, 6, 6, 0, 0, 6, 6], bitsPerToken: 3);

        Assert.Equal((8, 3, 2, 1), (found.Positions, found.Bits, found.DistinctCodes, found.DeadBits));
        Assert.Equal([1.0, 1, 0], found.BitEntropies);
        Close.To(2.0 / 3, found.MeanBitEntropy, 1e-12);
        Close.To(1, found.JointEntropy, 1e-12);
        Close.To(2, found.Perplexity, 1e-12);
        Close.To(1.0 / 3, found.NormalizedJointEntropy, 1e-12); // of log2(8) = 3
        Close.To(1, found.Evenness, 1e-12);                      // of log2(2) = 1
        Close.To(0.25, found.Usage, 1e-12);
        Close.To(0.25, found.AttainableUsage, 1e-12);
        Assert.Equal((1.0, 1.0), (found.MeanBitCorrelation, found.MaxBitCorrelation)); // the dead bit is left out
    }

    [Fact] // 000 011 101 110: every two bits are independent, and yet they decide the third
    public void Of_SeesByTheJointEntropyWhatNoPairShows()
    {
        var found = CodebookDiagnostics.Of([0b000, 0b011, 0b101, 0b110], bitsPerToken: 3);

        Assert.Equal([1.0, 1, 1], found.BitEntropies);
        Assert.Equal((0.0, 0.0), (found.MeanBitCorrelation, found.MaxBitCorrelation));
        Close.To(2, found.JointEntropy, 1e-12);
    }

    [Fact] // bits a, b = not a, c: correlations −1, ½, −½ (c is a in three of four)
    public void Of_FindsTheWorstPair()
    {
        var found = CodebookDiagnostics.Of([0b010, 0b010, 0b101, 0b100, 0b010, 0b011, 0b101, 0b101], bitsPerToken: 3);

        Close.To(1, found.MaxBitCorrelation, 1e-12);
        Close.To((1 + 0.5 + 0.5) / 3, found.MeanBitCorrelation, 1e-12);
    }

    [Fact]
    public void Of_SeesThroughBitsThatAllSayTheSame()
    {
        long all = (1L << 18) - 1;
        var found = CodebookDiagnostics.Of([0, all, 0, all], bitsPerToken: 18);

        Assert.All(found.BitEntropies, entropy => Close.To(1, entropy, 1e-12));
        Close.To(1, found.JointEntropy, 1e-12);
        Close.To(1.0 / 18, found.NormalizedJointEntropy, 1e-12);
        Close.To(0.5, found.AttainableJointEntropy, 1e-12);
        Close.To(1, found.MeanBitCorrelation, 1e-12);
    }

    [Fact]
    public void Of_FindsAUniformCodePerfect()
    {
        long[] tokens = [.. Enumerable.Range(0, 512).Select(i => (long)i)];
        var found = CodebookDiagnostics.Of(tokens, bitsPerToken: 9);

        Close.To(9, found.JointEntropy, 1e-12);
        Assert.Equal((1.0, 1.0), (found.Usage, found.AttainableUsage));
        Close.To(0, found.MeanBitCorrelation, 1e-12);
        Close.To(512, found.Perplexity, 1e-9);
    }

    [Fact]
    public void Of_PutsTheTokensOfOneCodeTogether()
    {
        var grouped = CodebookDiagnostics.Of([1, 0, 2, 3], bitsPerToken: 2, tokensPerPosition: 2);
        var whole = CodebookDiagnostics.Of([0b0100, 0b1011], bitsPerToken: 4);

        Assert.Equal(whole.BitEntropies, grouped.BitEntropies);
        Assert.Equal(whole with { BitEntropies = [] }, grouped with { BitEntropies = [] });
    }

    [Fact]
    public void Of_FindsDeadBits_AndTakesNothing()
    {
        var found = CodebookDiagnostics.Of([4, 5, 4], bitsPerToken: 3);
        Assert.Equal((2, 0.0), (found.DeadBits, found.MeanBitCorrelation));

        var nothing = CodebookDiagnostics.Of([], bitsPerToken: 3);
        Assert.Equal(
            (0, 0, 0.0, 0.0, 0.0),
            (nothing.Positions, nothing.DistinctCodes, nothing.JointEntropy, nothing.Perplexity, nothing.AttainableUsage));
        // what is not there never changes
        Assert.Equal((0.0, 0.0, 0.0, 3), (nothing.Evenness, nothing.MeanBitEntropy, nothing.MaxBitCorrelation, nothing.DeadBits));

        var one = CodebookDiagnostics.Of([5, 5], bitsPerToken: 3);
        Assert.Equal((0.0, 0.0, 1.0, 3), (one.JointEntropy, one.NormalizedJointEntropy, one.Evenness, one.DeadBits));
    }

    [Fact]
    public void Of_RefusesWhatIsNoToken()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => CodebookDiagnostics.Of([8], 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => CodebookDiagnostics.Of([-1], 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => CodebookDiagnostics.Of([1, 2, 3], 3, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => CodebookDiagnostics.Of([1], 63));
        Assert.Throws<ArgumentOutOfRangeException>(() => CodebookDiagnostics.Of([1], 0));
    }
}
