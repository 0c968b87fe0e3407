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

    [Fact] // so training goes on after an update that added an option
    public void OfSaved_TakesDefaults_WhereAnOlderVersionHadNoOption()
    {
        var options = new MelOptions { HopLength = 128 };
        string older = OptionsJson.Write(options).Replace(",\"FloorDecibels\":-80", "", StringComparison.Ordinal);
        Assert.DoesNotContain("Floor", older);

        Assert.Equal(("", ""), OptionsDifference.OfSaved(older, options, "file"));
        var deeper = options with { FloorDecibels = -100 };
        Assert.Equal(("FloorDecibels = -80", "FloorDecibels = -100"), OptionsDifference.OfSaved(older, deeper, "file"));
    }

    [Fact]
    public void OfSaved_RefusesOptionsOfANewerVersion()
    {
        var error = Assert.Throws<InvalidDataException>(
            () => OptionsDifference.OfSaved("{\"HopLength\":128,\"NotYetInvented\":1}", new MelOptions(), "run/checkpoint"));

        Assert.StartsWith("run/checkpoint: the MelOptions are", error.Message, StringComparison.Ordinal);
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
