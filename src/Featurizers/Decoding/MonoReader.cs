using AudioBsq.Signal;

namespace AudioBsq.Decoding;

/// <summary>
/// Reads a source to its end as one channel, at once or block by block. Memory follows what was decoded, not what a header promises.
/// </summary>
internal static class MonoReader
{
    /// <summary>4 GiB of samples: 18 hours at 16 kHz, 6 at 48 kHz.</summary>
    public const int MaxSamples = 1 << 30;

    private const int MostSamplesOnTrust = 1 << 20;

    /// <summary>Averages the channels, and changes the rate where <paramref name="sampleRate"/> is another one.</summary>
    public static Waveform Read(
        IAudioSource source, string name, int? sampleRate, int maxSamples = MaxSamples, CancellationToken cancellation = default)
    {
        float[] samples = ReadAll(source, name, maxSamples, cancellation);
        int rate = source.Format.SampleRate, wanted = sampleRate ?? rate;
        return new Waveform(wanted == rate ? samples : Resampler.Resample(samples, rate, wanted), wanted);
    }

    /// <summary>The same for a part; what lies before it is decoded and dropped, and what lies after it is not read.</summary>
    public static Waveform Read(IAudioSource source, string name, TimeRange part, int sampleRate) =>
        Read(Part(source, name, part), name, sampleRate);

    /// <summary>A part of a source, which is decoded up to where the part starts.</summary>
    /// <exception cref="InvalidDataException">The sound ends before that.</exception>
    public static AudioPart Part(IAudioSource source, string name, TimeRange part)
    {
        var piece = new AudioPart(source, part);
        if (piece.Skip()) return piece;
        throw new InvalidDataException($"'{name}' ends before {part.Start} s, where the part to be read starts.");
    }

    /// <summary>
    /// The same samples block by block, as soon as the source gives them. No block is empty, and each is an array of its own.
    /// </summary>
    public static IEnumerable<ReadOnlyMemory<float>> ReadBlocks(IAudioSource source, int? sampleRate)
    {
        var blocks = new MonoBlocks(source);
        int rate = source.Format.SampleRate, wanted = sampleRate ?? rate;
        var resampler = wanted == rate ? null : new StreamingResampler(rate, wanted);
        for (ReadOnlySpan<float> mono; !(mono = blocks.Next()).IsEmpty;)
        {
            float[] block = resampler?.Accept(mono) ?? mono.ToArray();
            if (block.Length > 0) yield return block;
        }

        if (resampler?.Flush() is { Length: > 0 } last) yield return last;
    }

    private static float[] ReadAll(IAudioSource source, string name, int maxSamples, CancellationToken cancellation)
    {
        var blocks = new MonoBlocks(source);
        long declared = source.Format.Frames ?? 0;
        float[] samples = new float[Math.Min(declared, MostSamplesOnTrust)];
        int count = 0;
        for (ReadOnlySpan<float> mono; !(mono = blocks.Next()).IsEmpty;)
        {
            cancellation.ThrowIfCancellationRequested();
            if (mono.Length > maxSamples - count) throw TooLong(name, maxSamples);
            int needed = count + mono.Length;
            if (needed > samples.Length)
            {
                long doubled = Math.Max(needed, 2L * samples.Length);
                Array.Resize(ref samples, (int)(needed <= declared ? Math.Min(doubled, declared) : Math.Min(doubled, MaxSamples)));
            }

            mono.CopyTo(samples.AsSpan(count));
            count = needed;
        }

        return count == samples.Length ? samples : samples[..count];
    }

    private static NotSupportedException TooLong(string name, int maxSamples) =>
        new($"'{name}' is longer than {maxSamples} frames, the most that is read at once: cut it into parts, "
            + "or read it block by block with AudioFile.ReadBlocks.");
}
