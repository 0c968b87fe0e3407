namespace AudioBsq.Cli.Reports;

/// <summary>
/// A picture with axes. The marks are text of the page around the picture, so that they stay legible where the picture is made small and
/// take the colours of the page; for a screen reader the picture's own text says what they say.
/// </summary>
internal static class Plot
{
    /// <param name="caption">What it shows.</param>
    /// <param name="picture">An image or drawing with a text of its own.</param>
    /// <param name="x">Marks from left to right.</param>
    /// <param name="y">Marks from the bottom up.</param>
    /// <param name="kind">A class of the style sheet.</param>
    public static Html Of(Html caption, Html picture, Axis x, Axis y, string kind) => Html.Of($"""
        <figure class="plot {kind}">
        <figcaption>{caption}</figcaption>
        <div class="y" aria-hidden="true">{y.Marks.Select(mark => Html.Of($"""<span style="bottom:{100 * mark.Place:F2}%">{mark.Text}</span>"""))}</div>
        <div class="picture">{picture}</div>
        <div class="x" aria-hidden="true">{x.Marks.Select(mark => Html.Of($"""<span style="left:{100 * mark.Place:F2}%">{mark.Text}</span>"""))}</div>
        </figure>

        """);

    /// <summary>A drawing in a square of 100 × 100 that is stretched to its place, y downwards.</summary>
    public static Html Drawing(string says, Html shapes) =>
        Html.Of($"""<svg role="img" aria-label="{says}" viewBox="0 0 100 100" preserveAspectRatio="none">{shapes}</svg>""");

    /// <summary>An image that is stretched to its place.</summary>
    public static Html Image(string says, Html source) => Html.Of($"""<img alt="{says}" src="{source}"/>""");

    /// <summary>What the colours of images mean: the palette between the numbers at its ends.</summary>
    public static Html Scale(string low, ReadOnlySpan<byte> palette, string high)
    {
        byte[] places = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        return Html.Of($"""<span class="scale">{low} <img alt="to" src="{DataUri.Png(places, places.Length, palette)}"/> {high}</span>""");
    }
}
