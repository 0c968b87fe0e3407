namespace AudioBsq.Cli.Reports;

/// <summary>256 colours for numbers from low to high, as red, green and blue.</summary>
internal static class Palette
{
    /// <summary>Dark to bright, evenly for the eye: matplotlib's magma at nine points.</summary>
    public static byte[] Level { get; } = Blend(0x000004, 0x1C1044, 0x4F127B, 0x812581, 0xB5367A, 0xE55064, 0xFB8761, 0xFEC287, 0xFCFDBF);

    /// <summary>Blue below, white at zero, red above; told apart by people with any kind of colour vision (ColorBrewer's RdBu).</summary>
    public static byte[] Difference { get; } = Blend(0x053061, 0x2166AC, 0x4393C3, 0x92C5DE, 0xF7F7F7, 0xF4A582, 0xD6604D, 0xB2182B, 0x67001F);

    /// <summary>The place of a number in a palette whose ends are at <paramref name="low"/> and <paramref name="high"/>; what is beyond has the colour of the end.</summary>
    public static byte Place(double value, double low, double high) =>
        double.IsNaN(value) ? (byte)0 : (byte)Math.Round(255 * Math.Clamp((value - low) / (high - low), 0, 1));

    private static byte[] Blend(params int[] points)
    {
        byte[] colours = new byte[3 * 256];
        for (int i = 0; i < colours.Length; i++)
        {
            double place = i / 3 / 255.0 * (points.Length - 1);
            int point = Math.Min((int)place, points.Length - 2), shift = 8 * (2 - i % 3);
            double from = points[point] >> shift & 0xFF, to = points[point + 1] >> shift & 0xFF;
            colours[i] = (byte)Math.Round(from + (to - from) * (place - point));
        }

        return colours;
    }
}
