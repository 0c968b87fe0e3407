using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Data;

[WithoutTorch]
public sealed class AudioFoldersTests : IDisposable
{
    private readonly DataTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Theory, InlineData("train", "val"), InlineData("Training", "Validation"), InlineData("train", "dev")]
    public void TwoFolders_BecomeTwoViews(string train, string validation)
    {
        _tree.Touch($"{train}/x/1.wav", $"{train}/0.flac", $"{validation}/2.wav", "3.wav");

        var (first, second) = _tree.Context.Data.LoadAudioFolders(_tree.Root);

        Assert.Equal(["0.flac", "x/1.wav"], first.GetColumn<string>("Name"));
        Assert.Equal(["2.wav"], second.GetColumn<string>("Name"));
    }

    [Fact]
    public void MissingOrDoubledFolder_IsNamed()
    {
        _tree.Touch("train/1.wav");
        Assert.Contains(
            "val or valid or validation or dev",
            Assert.Throws<DirectoryNotFoundException>(() => _tree.Context.Data.LoadAudioFolders(_tree.Root)).Message);

        _tree.Touch("val/1.wav", "dev/1.wav");
        Assert.Contains("dev, val", Assert.Throws<InvalidDataException>(() => _tree.Context.Data.LoadAudioFolders(_tree.Root)).Message);
        Assert.Throws<DirectoryNotFoundException>(() => _tree.Context.Data.LoadAudioFolders(_tree.PathOf("nowhere")));
    }
}
