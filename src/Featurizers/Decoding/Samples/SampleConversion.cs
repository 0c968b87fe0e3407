using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AudioBsq.Decoding;

/// <summary>Samples to floats and back: full scale of integers is 1, so the lowest one is −1.</summary>
internal static class SampleConversion
{
    private static readonly float[] MuLaw = [.. Enumerable.Range(0, 256).Select(DecodeMuLaw)];
    private static readonly float[] ALaw = [.. Enumerable.Range(0, 256).Select(DecodeALaw)];

    /// <summary>
    /// Converts as many samples as <paramref name="samples"/> holds; <paramref name="bytes"/> holds them exactly, and may be changed.
    /// </summary>
    public static void ToSingles(Span<byte> bytes, SampleEncoding encoding, Span<float> samples)
    {
        if (encoding.BigEndian) Reverse(bytes, encoding.Bytes);
        switch (encoding.Codec, encoding.Bytes)
        {
            case (SampleCodec.Unsigned, _):
                for (int i = 0; i < samples.Length; i++) samples[i] = (bytes[i] - 128) * (1f / 128);
                break;
            case (SampleCodec.Signed, 1):
                for (int i = 0; i < samples.Length; i++) samples[i] = (sbyte)bytes[i] * (1f / 128);
                break;
            case (SampleCodec.Signed, 2):
                var shorts = MemoryMarshal.Cast<byte, short>(bytes);
                for (int i = 0; i < samples.Length; i++) samples[i] = shorts[i] * (1f / 32_768);
                break;
            case (SampleCodec.Signed, 3):
                for (int i = 0, j = 0; i < samples.Length; i++, j += 3)
                    samples[i] = (bytes[j] | bytes[j + 1] << 8 | (sbyte)bytes[j + 2] << 16) * (1f / 8_388_608);
                break;
            case (SampleCodec.Signed, _):
                var ints = MemoryMarshal.Cast<byte, int>(bytes);
                for (int i = 0; i < samples.Length; i++) samples[i] = (ints[i] << encoding.Shift) * (1f / 2_147_483_648);
                break;
            case (SampleCodec.Float, 4):
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(samples);
                break;
            case (SampleCodec.Float, _):
                var doubles = MemoryMarshal.Cast<byte, double>(bytes);
                for (int i = 0; i < samples.Length; i++) samples[i] = (float)doubles[i];
                break;
            default:
                float[] table = encoding.Codec == SampleCodec.MuLaw ? MuLaw : ALaw;
                for (int i = 0; i < samples.Length; i++) samples[i] = table[bytes[i]];
                break;
        }
    }

    /// <summary>Bytes of a sample.</summary>
    public static int SizeOf(PcmSampleFormat format) => format switch
    {
        PcmSampleFormat.S16Le => 2,
        PcmSampleFormat.S24Le => 3,
        _ => 4,
    };

    /// <summary>The other way, little-endian: integers are rounded to nearest and cut off at full scale.</summary>
    public static void ToBytes(ReadOnlySpan<float> samples, PcmSampleFormat format, Span<byte> bytes)
    {
        switch (format)
        {
            case PcmSampleFormat.S16Le:
                for (int i = 0; i < samples.Length; i++)
                    BinaryPrimitives.WriteInt16LittleEndian(bytes[(2 * i)..], (short)ToInteger(samples[i], 1L << 15));
                break;
            case PcmSampleFormat.S24Le:
                for (int i = 0; i < samples.Length; i++)
                {
                    int value = ToInteger(samples[i], 1L << 23);
                    (bytes[3 * i], bytes[3 * i + 1], bytes[3 * i + 2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));
                }

                break;
            case PcmSampleFormat.S32Le:
                for (int i = 0; i < samples.Length; i++)
                    BinaryPrimitives.WriteInt32LittleEndian(bytes[(4 * i)..], ToInteger(samples[i], 1L << 31));
                break;
            default:
                MemoryMarshal.AsBytes(samples).CopyTo(bytes);
                break;
        }
    }

    private static void Reverse(Span<byte> bytes, int size)
    {
        switch (size)
        {
            case 2:
                var shorts = MemoryMarshal.Cast<byte, short>(bytes);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 3:
                for (int i = 0; i + 2 < bytes.Length; i += 3) (bytes[i], bytes[i + 2]) = (bytes[i + 2], bytes[i]);
                break;
            case 4:
                var ints = MemoryMarshal.Cast<byte, int>(bytes);
                BinaryPrimitives.ReverseEndianness(ints, ints);
                break;
            case 8:
                var longs = MemoryMarshal.Cast<byte, long>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }

    private static int ToInteger(double sample, long fullScale) =>
        (int)Math.Clamp(Math.Round(sample * fullScale), -fullScale, fullScale - 1);

    // ITU-T G.711, with the usual 16-bit scale.
    private static float DecodeMuLaw(int code)
    {
        int u = ~code & 0xFF;
        int magnitude = ((((u & 0xF) << 3) + 0x84) << ((u & 0x70) >> 4)) - 0x84;
        return ((u & 0x80) != 0 ? -magnitude : magnitude) / 32_768f;
    }

    private static float DecodeALaw(int code)
    {
        int a = code ^ 0x55, mantissa = (a & 0xF) << 4, exponent = (a & 0x70) >> 4;
        int magnitude = exponent == 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1);
        return ((a & 0x80) != 0 ? magnitude : -magnitude) / 32_768f;
    }
}
