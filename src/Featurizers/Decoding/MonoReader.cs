using AudioBsq.Signal;

namespace AudioBsq.Decoding;

/// <summary>Reads a source to its end as one channel. Memory follows what was decoded, not what a header promises.</summary>
internal static class MonoReader
{
    /// <summary>4 GiB of samples: 18 hours at 16 kHz, 6 at 48 kHz.</summary>
    public const int MostSamples = 1 << 30;

    private const int BlockSamples = 1 << 14;
    private const int MostSamplesOnTrust = 1 << 20;

    /// <summary>Averages the channels, and changes the rate where <paramref name="sampleRate"/> is another one.</summary>
    public static Waveform Read(IAudioSource source, string name, int? sampleRate, int mostSamples = MostSamples)
    {
        float[] samples = ReadAll(source, name, mostSamples);
        int rate = source.Format.SampleRate, wanted = sampleRate ?? rate;
        return new Waveform(wanted == rate ? samples : Resampler.Resample(samples, rate, wanted), wanted);
    }

    /// <summary>The same for a part; what lies before it is decoded and dropped, and what lies after it is not read.</summary>
    public static Waveform Read(IAudioSource source, string name, TimeRange part, int sampleRate)
    {
        var piece = new AudioPart(source, part);
        if (!piece.Skip()) throw new InvalidDataException($"'{name}' ends before {part.Start} s, where the part to be read starts.");
        return Read(piece, name, sampleRate);
    }

    private static float[] ReadAll(IAudioSource source, string name, int mostSamples)
    {
        int channels = source.Format.Channels;
        long declared = source.Format.Frames ?? 0;
        float[] samples = new float[Math.Min(declared, MostSamplesOnTrust)], block = new float[BlockSamples / channels * channels];
        int count = 0;
        for (int got; (got = source.Read(block)) > 0;)
        {
            int frames = got / channels;
            if (frames > mostSamples - count) throw TooLong(name, mostSamples);
            int needed = count + frames;
            if (needed > samples.Length)
            {
                long doubled = Math.Max(needed, 2L * samples.Length);
                Array.Resize(ref samples, (int)(needed <= declared ? Math.Min(doubled, declared) : Math.Min(doubled, MostSamples)));
            }

            Mix(block.AsSpan(0, got), channels, samples.AsSpan(count, frames));
            count = needed;
        }

        return count == samples.Length ? samples : samples[..count];
    }

    private static NotSupportedException TooLong(string name, int mostSamples) =>
        new($"'{name}' is longer than {mostSamples} frames, the most that is read at once: cut it into parts, or read it piece by piece with AudioFile.Open.");

    private static void Mix(ReadOnlySpan<float> interleaved, int channels, Span<float> mono)
    {
        if (channels == 1)
        {
            interleaved.CopyTo(mono);
            return;
        }

        for (int i = 0; i < mono.Length; i++)
        {
            double sum = 0;
            foreach (float sample in interleaved.Slice(i * channels, channels)) sum += sample;
            mono[i] = (float)(sum / channels);
        }
    }
}
