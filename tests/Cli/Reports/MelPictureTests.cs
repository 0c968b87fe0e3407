using AudioBsq.Cli.Reports;
using AudioBsq.Signal;
using SkiaSharp;

namespace AudioBsq.Tests.Cli.Reports;

[WithoutTorch]
public class MelPictureTests
{
    private static readonly MelOptions Mel = new() { Bands = 16 };

    [Fact]
    public void Levels_ShowTimeToTheRight_LowBandsAtTheBottom_AndLoudAsBright()
    {
        // The lower half of the bands is loud in the second half of the time.
        float[] levels = [.. Enumerable.Range(0, 64 * 16).Select(i => i / 16 >= 32 && i % 16 < 8 ? 0f : -80f)];

        using var picture = SKBitmap.Decode(new MelPicture(Mel, -80, 0).Levels(levels));

        Assert.All(
            new[] { Light(picture, 0.3, 0.25), Light(picture, 0.65, 0.25), Light(picture, 0.3, 0.65) },
            light => Assert.InRange(light, 0, 30));
        Assert.InRange(Light(picture, 0.65, 0.65), 200, 255);
    }

    [Fact]
    public void Difference_IsBlueBelowZero_AndRedAboveIt()
    {
        float[] difference = [.. Enumerable.Range(0, 64 * 16).Select(i => i / 16 < 32 ? -12f : 12f)];

        using var picture = SKBitmap.Decode(new MelPicture(Mel, -80, 0).Difference(difference));

        var (before, after) = (Pixel(picture, 0.3, 0.5), Pixel(picture, 0.65, 0.5));
        Assert.True(before.Blue > before.Red + 50, $"{before}");
        Assert.True(after.Red > after.Blue + 50, $"{after}");
    }

    [Theory, InlineData(1), InlineData(2), InlineData(900)]
    public void Pair_IsAPngOfItsSize_WhateverTheLength(int frames)
    {
        float[] levels = new float[frames * 16];

        byte[] file = new MelPicture(Mel, -80, 0).Pair(levels, levels, "Reconstructed");

        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], file[..4]);
        using var picture = SKBitmap.Decode(file);
        Assert.Equal((MelPicture.PairWidth, MelPicture.PairHeight), (picture.Width, picture.Height));
        Assert.InRange(Light(picture, 0.5, 0.25), 200, 255); // 0 dB is bright, also where there is only one frame
    }

    private static double Light(SKBitmap picture, double x, double y)
    {
        var pixel = Pixel(picture, x, y);
        return (pixel.Red + pixel.Green + pixel.Blue) / 3.0;
    }

    private static SKColor Pixel(SKBitmap picture, double x, double y) =>
        picture.GetPixel((int)(x * picture.Width), (int)(y * picture.Height));
}
