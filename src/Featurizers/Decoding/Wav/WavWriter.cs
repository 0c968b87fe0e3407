using AudioBsq.Signal;

namespace AudioBsq.Decoding;

/// <summary>Writes mono WAV files. The same waveform becomes the same bytes, however it is cut into blocks.</summary>
internal static class WavWriter
{
    /// <summary>Throws what <see cref="Write"/> must not find out after the file is open.</summary>
    public static void Validate(Waveform waveform, WavSampleFormat format)
    {
        CheckFits(waveform.Samples.Length, format);
        if (!CheckedAudioSource.AllFinite(waveform.Samples))
            throw new ArgumentException("The waveform holds samples that are not finite numbers.", nameof(waveform));
    }

    /// <summary>Throws where so many samples make no WAV file.</summary>
    public static void CheckFits(long samples, WavSampleFormat format)
    {
        if (samples > (uint.MaxValue - 64L) / SizeOf(format))
        {
            throw new NotSupportedException(
                $"A WAV file holds at most 4 GiB; {samples:N0} samples of {SizeOf(format)} bytes are more. Write them in parts.");
        }
    }

    /// <summary>Writes a file of as many samples as the blocks hold, and returns how many of them were cut off.</summary>
    public static long Write(Stream stream, int sampleRate, long samples, IEnumerable<ReadOnlyMemory<float>> blocks, WavSampleFormat format)
    {
        stream.Write(Header(sampleRate, format, (uint)(samples * SizeOf(format))));
        long written = 0, cut = 0;
        foreach (var block in blocks)
        {
            written += block.Length;
            if (written > samples) break;
            cut += PcmWriter.Write(stream, block.Span, FormatOf(format));
        }

        if (written != samples)
        {
            throw new ArgumentException(
                $"The blocks hold {(written > samples ? "more" : $"{written:N0} samples, fewer")} than the {samples:N0} samples that "
                + "were announced.",
                nameof(blocks));
        }

        if ((samples * SizeOf(format) & 1) != 0) stream.WriteByte(0);
        return cut;
    }

    private static byte[] Header(int sampleRate, WavSampleFormat format, uint dataBytes)
    {
        int sampleBytes = SizeOf(format);
        bool isFloat = format == WavSampleFormat.IeeeFloat;
        // Everything but PCM also has an extension size and a fact chunk with the number of frames.
        int formatBytes = isFloat ? 18 : 16, factBytes = isFloat ? 12 : 0;
        var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer);
        writer.Write("RIFF"u8);
        writer.Write((uint)(4 + 8 + formatBytes + factBytes + 8 + dataBytes + (dataBytes & 1)));
        writer.Write("WAVEfmt "u8);
        writer.Write(formatBytes);
        writer.Write((short)(isFloat ? WavFormat.Float : WavFormat.Pcm));
        writer.Write((short)1);
        writer.Write(sampleRate);
        writer.Write(checked(sampleRate * sampleBytes));
        writer.Write((short)sampleBytes);
        writer.Write((short)(8 * sampleBytes));
        if (isFloat)
        {
            writer.Write((short)0);
            writer.Write("fact"u8);
            writer.Write(4);
            writer.Write(dataBytes / (uint)sampleBytes);
        }

        writer.Write("data"u8);
        writer.Write(dataBytes);
        return buffer.ToArray();
    }

    private static int SizeOf(WavSampleFormat format) => SampleConversion.SizeOf(FormatOf(format));

    private static PcmSampleFormat FormatOf(WavSampleFormat format) => format switch
    {
        WavSampleFormat.Pcm16 => PcmSampleFormat.S16Le,
        WavSampleFormat.Pcm24 => PcmSampleFormat.S24Le,
        WavSampleFormat.IeeeFloat => PcmSampleFormat.F32Le,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "format must be one of WavSampleFormat."),
    };
}
