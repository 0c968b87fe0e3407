namespace AudioBsq.Signal;

/// <summary>The number of samples that mel frames are synthesized into.</summary>
internal static class SynthesisLength
{
    /// <summary>The length that was asked for, or (frames − 1)·hop.</summary>
    /// <exception cref="ArgumentException">The length does not give this number of frames, or exceeds what one array holds.</exception>
    public static int Of(int frames, int hop, int? samples)
    {
        long length = Of((long)frames, hop, samples);
        return length <= Array.MaxLength
            ? (int)length
            : throw new ArgumentException(
                $"{frames:N0} frames are {length:N0} samples, more than one array holds: synthesize them in parts.", nameof(frames));
    }

    /// <summary>The same for a stream, which need not fit into one array.</summary>
    public static long Of(long frames, int hop, long? samples)
    {
        long shortest = Math.Max(0, (frames - 1) * hop), longest = Math.Max(0, frames * hop - 1), length = samples ?? shortest;
        bool fits = length >= shortest && length <= longest;
        Check.That(fits, samples, $"must be from {shortest} to {longest} for {frames} frames", nameof(samples));
        return length;
    }
}
