using System.Runtime.InteropServices;

namespace AudioBsq.Signal;

/// <summary>Saves and restores the samples that a stream holds.</summary>
internal static class WaveformState
{
    /// <summary>The longest waveform that a saved state may claim: more than 40 years, far from the limits of 64 bits.</summary>
    public const long MaxSamples = 1L << 50;

    /// <summary>Writes the position of the first sample, the number of samples, and the samples.</summary>
    public static void Save(this SlidingBuffer<float> samples, BinaryWriter to)
    {
        to.Write(samples.Start);
        to.Write(samples.Count);
        to.Write(MemoryMarshal.AsBytes(samples.Values));
    }

    /// <summary>Reads what <see cref="Save"/> wrote. If it fails, the buffer keeps what it had.</summary>
    /// <exception cref="InvalidDataException">There is another position or number than expected, or a sample is invalid.</exception>
    /// <exception cref="EndOfStreamException">The state ends too early.</exception>
    public static void Restore(this SlidingBuffer<float> samples, BinaryReader from, long start, long count)
    {
        if (from.ReadInt64() != start || from.ReadInt32() != count || count > samples.Capacity)
            throw new InvalidDataException("The state of a stream holds other samples than those that are needed at its place.");
        float[] saved = new float[count];
        from.ReadExactly(MemoryMarshal.AsBytes(saved.AsSpan()));
        if (!Samples.AreValid(saved)) throw new InvalidDataException("The state of a stream holds samples that are no sound.");
        samples.Clear(start);
        samples.Add(saved);
    }
}
