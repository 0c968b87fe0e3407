using System.Buffers.Binary;
using System.Runtime.InteropServices;
using AudioBsq.Signal;

namespace AudioBsq.Decoding;

/// <summary>Writes mono WAV files. The same waveform gives the same bytes.</summary>
internal static class WavWriter
{
    private const int BlockSamples = 1 << 14;

    /// <summary>Throws what <see cref="Write"/> must not find out after the file is open.</summary>
    public static void Validate(Waveform waveform, WavSampleFormat format)
    {
        long dataBytes = (long)waveform.Samples.Length * SizeOf(format);
        if (dataBytes > uint.MaxValue - 64) throw new NotSupportedException($"A WAV file holds at most 4 GiB; these samples take {dataBytes} bytes. Write them in parts.");
        if (!CheckedAudioSource.AllFinite(waveform.Samples)) throw new ArgumentException("The waveform holds samples that are not finite numbers.", nameof(waveform));
    }

    /// <summary>Writes the file and gives the number of samples that were cut off.</summary>
    public static int Write(Stream stream, Waveform waveform, WavSampleFormat format)
    {
        int sampleBytes = SizeOf(format);
        long dataBytes = (long)waveform.Samples.Length * sampleBytes;
        stream.Write(Header(waveform.SampleRate, format, (uint)dataBytes));
        byte[] bytes = new byte[BlockSamples * sampleBytes];
        for (int at = 0; at < waveform.Samples.Length; at += BlockSamples)
        {
            var block = waveform.Samples.AsSpan(at, Math.Min(BlockSamples, waveform.Samples.Length - at));
            ToBytes(block, format, bytes);
            stream.Write(bytes, 0, block.Length * sampleBytes);
        }

        if ((dataBytes & 1) != 0) stream.WriteByte(0);
        return format == WavSampleFormat.IeeeFloat ? 0 : waveform.Samples.Count(sample => MathF.Abs(sample) > 1);
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
        writer.Write((short)(isFloat ? WavCodec.Float : WavCodec.Pcm));
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

    private static void ToBytes(ReadOnlySpan<float> samples, WavSampleFormat format, Span<byte> bytes)
    {
        switch (format)
        {
            case WavSampleFormat.Pcm16:
                for (int i = 0; i < samples.Length; i++) BinaryPrimitives.WriteInt16LittleEndian(bytes[(2 * i)..], (short)ToInteger(samples[i], 32_768));
                break;
            case WavSampleFormat.Pcm24:
                for (int i = 0; i < samples.Length; i++)
                {
                    int value = ToInteger(samples[i], 8_388_608);
                    (bytes[3 * i], bytes[3 * i + 1], bytes[3 * i + 2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));
                }

                break;
            default:
                MemoryMarshal.AsBytes(samples).CopyTo(bytes);
                break;
        }
    }

    private static int ToInteger(float sample, int fullScale) => (int)Math.Clamp(MathF.Round(sample * fullScale), -fullScale, fullScale - 1);

    private static int SizeOf(WavSampleFormat format) => format switch
    {
        WavSampleFormat.Pcm16 => 2,
        WavSampleFormat.Pcm24 => 3,
        WavSampleFormat.IeeeFloat => 4,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "format must be one of WavSampleFormat."),
    };
}
