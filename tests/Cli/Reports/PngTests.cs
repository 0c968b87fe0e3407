using AudioBsq.Cli.Reports;

namespace AudioBsq.Tests.Cli.Reports;

[WithoutTorch]
public class PngTests
{
    [Theory, InlineData(1, 1), InlineData(7, 3), InlineData(300, 128)]
    public void Encode_IsReadBack(int width, int height)
    {
        byte[] pixels = new byte[width * height];
        new Random(1).NextBytes(pixels);

        var read = PngFile.Read(Png.Encode(pixels, width, Palette.Level));

        Assert.Equal((width, height), (read.Width, read.Height));
        Assert.Equal(Palette.Level, read.Palette);
        Assert.Equal(pixels, read.Pixels);
    }

    [Fact] // The published example of one pixel's end: an empty IEND has this sum.
    public void Encode_EndsAsTheStandardSays() =>
        Assert.Equal([0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82], Png.Encode([0], 1, Palette.Level)[^12..]);

    [Fact]
    public void Palettes_GoFromEndToEnd()
    {
        Assert.Equal([0x00, 0x00, 0x04], Palette.Level[..3]);
        Assert.Equal([0xFC, 0xFD, 0xBF], Palette.Level[^3..]);
        Assert.Equal((0, 255, 128), (Palette.Place(-100, -80, 0), Palette.Place(5, -80, 0), Palette.Place(0, -20, 20)));
        Assert.All(Palette.Difference[(3 * 127)..(3 * 129)], value => Assert.InRange(value, 240, 250)); // the middle is nearly white
    }
}
