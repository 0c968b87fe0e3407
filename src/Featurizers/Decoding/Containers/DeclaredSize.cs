namespace AudioBsq.Decoding;

/// <summary>
/// What a declared size means that goes beyond the end of the file: a writer that cannot seek back, such as one into a pipe, leaves a
/// placeholder; everything else is a file that was cut off.
/// </summary>
internal static class DeclaredSize
{
    private const long Smallest = 1 << 28;
    private const long Binary = 1 << 24, Decimal = 100_000_000;
    private const long Below = 8192, Above = 64;

    /// <summary>
    /// Whether a size beyond the file's end is a placeholder: a round number of 256 MiB or more (a multiple of 2^24 or of 100,000,000),
    /// or up to 8 KiB less or 64 bytes more than one, because writers round to whole frames and count headers. A recording
    /// that was cut off has such a size by accident once in about 2,000 times.
    /// </summary>
    public static bool IsPlaceholder(long size)
    {
        if (size < 0 || size >= long.MaxValue - Below) return true;
        if (size < Smallest - Below || size > uint.MaxValue + Above) return false;
        return IsNear(size, Binary) || (size > 10 * Decimal - Below && IsNear(size, Decimal));
    }

    /// <summary>Bytes of sound, of which so many are left in the file. Where they are fewer, the file was cut off.</summary>
    public static long Resolve(long size, long left) => size > left && IsPlaceholder(size) ? left : size;

    private static bool IsNear(long size, long unit) => size % unit is var over && (over <= Above || over >= unit - Below);
}
