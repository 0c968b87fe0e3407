using System.Runtime.InteropServices;

namespace AudioBsq.Decoding;

/// <summary>Little-endian samples to floats: integers are divided by their full scale, so the lowest one is −1.</summary>
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
                for (int i = 0, j = 0; i < samples.Length; i++, j += 3) samples[i] = (bytes[j] | bytes[j + 1] << 8 | (sbyte)bytes[j + 2] << 16) * (1f / 8_388_608);
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
