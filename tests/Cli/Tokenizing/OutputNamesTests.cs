using AudioBsq.Cli.Tokenizing;

namespace AudioBsq.Tests.Cli.Tokenizing;

[WithoutTorch]
public class OutputNamesTests
{
    [Theory]
    [InlineData("a.flac", "a.wav")]
    [InlineData("./speech/a.b/x.y.ogg", "speech/a.b/x.y.wav")]
    [InlineData("/data/a.wav", "data/a.wav")]
    [InlineData("C:\\data\\a.wav", "C_/data/a.wav")]
    [InlineData("../../a/../b.wav", "a/b.wav")]
    [InlineData("a/.../. ./b.wav", "a/b.wav")]
    [InlineData("a?b*\n\0.wav", "a_b___.wav")]
    [InlineData("[red]x[/].wav", "[red]x[/].wav")]
    [InlineData(".wav", ".wav.wav")]
    [InlineData("", "clip.wav")]
    [InlineData("/", "clip.wav")]
    public void Name_StaysBelowTheFolder(string path, string expected) =>
        Assert.Equal(Path.Combine("out", expected), new OutputNames("out").Next(path));

    [Fact]
    public void Names_AreNeverTheSame()
    {
        var names = new OutputNames("out");
        string[] paths = ["a.wav", "A.flac", "a (2).wav", "a.wav", "a.wav", "b/a.wav"];

        string[] given = [.. paths.Select(path => names.Next(path)[4..])];

        Assert.Equal(["a.wav", "A (2).wav", "a (2) (2).wav", "a (3).wav", "a (4).wav", "b/a.wav"], given);
        Assert.Equal(given.Length, given.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }
}
