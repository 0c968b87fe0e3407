using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AudioBsq.Decoding;

/// <summary>Little-endian samples to floats and back: full scale of integers is 1, so the lowest one is −1.</summary>
internal static class WavSamples
{
    private static readonly float[] MuLaw = [.. Enumerable.Range(0, 256).Select(DecodeMuLaw)];
    private static readonly float[] ALaw = [.. Enumerable.Range(0, 256).Select(DecodeALaw)];

    /// <summary>Converts as many samples as <paramref name="samples"/> holds; <paramref name="bytes"/> holds them exactly.</summary>
    public static void ToSingles(ReadOnlySpan<byte> bytes, WavCodec codec, Span<float> samples)
    {
        int size = samples.Length == 0 ? 0 : bytes.Length / samples.Length;
        switch (codec, size)
        {
            case (_, 0):
                break;
            case (WavCodec.Pcm, 1):
                for (int i = 0; i < samples.Length; i++) samples[i] = (bytes[i] - 128) * (1f / 128);
                break;
            case (WavCodec.Pcm, 2):
                var shorts = MemoryMarshal.Cast<byte, short>(bytes);
                for (int i = 0; i < samples.Length; i++) samples[i] = shorts[i] * (1f / 32_768);
                break;
            case (WavCodec.Pcm, 3):
                for (int i = 0, j = 0; i < samples.Length; i++, j += 3)
                    samples[i] = (bytes[j] | bytes[j + 1] << 8 | (sbyte)bytes[j + 2] << 16) * (1f / 8_388_608);
                break;
            case (WavCodec.Pcm, _):
                var ints = MemoryMarshal.Cast<byte, int>(bytes);
                for (int i = 0; i < samples.Length; i++) samples[i] = ints[i] * (1f / 2_147_483_648);
                break;
            case (WavCodec.Float, 4):
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(samples);
                break;
            case (WavCodec.Float, _):
                var doubles = MemoryMarshal.Cast<byte, double>(bytes);
                for (int i = 0; i < samples.Length; i++) samples[i] = (float)doubles[i];
                break;
            default:
                float[] table = codec == WavCodec.MuLaw ? MuLaw : ALaw;
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

    /// <summary>The other way: integers are rounded to nearest and cut off at full scale.</summary>
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
