using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Signal;

namespace AudioBsq.Tests.Model.Persistence;

[WithoutTorch]
public class OptionsDifferenceTests
{
    [Fact]
    public void Of_NamesOnlyWhatDiffers()
    {
        var first = new MelOptions { HopLength = 160, Scale = MelScale.Slaney, MaxFrequency = null };
        var second = first with { HopLength = 128, Scale = MelScale.Htk, MaxFrequency = 7_000 };

        var (ours, theirs) = OptionsDifference.Of(first, second);

        Assert.Equal("HopLength = 160, MaxFrequency = null, Scale = Slaney", ours);
        Assert.Equal("HopLength = 128, MaxFrequency = 7000, Scale = Htk", theirs);
        Assert.Equal(("", ""), OptionsDifference.Of(first, first with { }));
    }

    [Fact]
    public void Of_NamesMembersInsideMembers()
    {
        var first = AudioBsqOptions.Tiny;
        var second = first with { Encoder = first.Encoder with { Width = 64 }, Decoder = new NetworkOptions() };

        var (ours, theirs) = OptionsDifference.Of(first, second);

        Assert.StartsWith("Encoder.Width = 128, Decoder = null", ours, StringComparison.Ordinal);
        Assert.StartsWith("Encoder.Width = 64, Decoder = {", theirs, StringComparison.Ordinal);
    }
}
