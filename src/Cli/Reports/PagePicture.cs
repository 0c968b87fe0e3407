using ScottPlot;

namespace AudioBsq.Cli.Reports;

/// <summary>
/// A plot in a page: a WebP file, which is much smaller than PNG, with its caption and its text for a screen reader.
/// </summary>
internal static class PagePicture
{
    /// <summary>Size in pixels. A page shows a picture at about half of it, so marks are drawn larger.</summary>
    public const int Width = 720, Height = 420;

    private const double MarkScale = 1.7;

    public static byte[] Render(Plot plot)
    {
        plot.ScaleFactor = MarkScale;
        return plot.GetImage(Width, Height).GetImageBytes(ImageFormat.Webp, quality: 85);
    }

    public static Html Figure(Html caption, string says, byte[] file) => Html.Of($"""
        <figure class="plot"><figcaption>{caption}</figcaption>
        <img alt="{says}" width="{Width}" height="{Height}" src="{DataUri.WebP(file)}"/></figure>

        """);
}
