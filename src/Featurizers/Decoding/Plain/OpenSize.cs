namespace AudioBsq.Decoding;

/// <summary>
/// Sizes that say nothing: a writer that cannot seek back, into a pipe or because it was cut off, leaves a placeholder in the header.
/// </summary>
internal static class OpenSize
{
    /// <summary>Files from this length on outgrow sizes of 31 or 32 bits, and placeholders are not larger than they are.</summary>
    public const long MinLong = (1L << 31) - Slack;

    private const long Slack = 1 << 16; // placeholders are rounded down to whole frames, and less the bytes of the header

    /// <summary>
    /// Whether a size in bytes that reaches beyond the file is a placeholder: just below or at 2^30, 2^31 or 2^32, or a multiple of
    /// 100,000,000 bytes or frames. A file that was cut off has such a size once in a million times.
    /// </summary>
    public static bool IsPlaceholder(long size, int frameBytes) =>
        size < 0 || IsBelow(size, 1L << 30, slack: 64) || IsBelow(size, 1L << 31, Slack) || IsBelow(size, 1L << 32, Slack)
            || size == long.MaxValue || IsRound(size) || (size % frameBytes == 0 && IsRound(size / frameBytes));

    /// <summary>Whether a 32-bit size is the largest one, less a header: that of files that outgrew it.</summary>
    public static bool IsLargest(long size) => IsBelow(size, 1L << 31, Slack) || IsBelow(size, 1L << 32, Slack);

    private static bool IsBelow(long size, long limit, long slack) => size > limit - slack && size <= limit;

    private static bool IsRound(long count) => count >= 100_000_000 && count % 100_000_000 == 0;
}
