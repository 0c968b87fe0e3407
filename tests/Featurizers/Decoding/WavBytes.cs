using System.Buffers.Binary;
using System.Text;

namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>WAV files written by hand, right and wrong ones.</summary>
internal static class WavBytes
{
    /// <summary>A chunk, padded to an even length.</summary>
    public static byte[] Chunk(string id, byte[] body, uint? size = null) =>
        [.. Encoding.ASCII.GetBytes(id), .. UInt32(size ?? (uint)body.Length), .. body, .. body.Length % 2 == 0 ? [] : new byte[1]];

    /// <summary>The 16 bytes every format chunk starts with.</summary>
    public static byte[] Format(int tag, int channels, int rate, int bits, int? block = null) =>
        [
            .. UInt16(tag), .. UInt16(channels), .. UInt32((uint)rate), .. UInt32(0), .. UInt16(block ?? channels * ((bits + 7) / 8)),
            .. UInt16(bits),
        ];

    /// <summary>A format chunk's body in the extensible form.</summary>
    public static byte[] Extensible(int tag, int channels, int rate, int bits, int validBits) =>
        [
            .. Format(0xFFFE, channels, rate, bits), .. UInt16(22), .. UInt16(validBits), .. UInt32(0), .. UInt16(tag), 0, 0, 0, 0, 0x10, 0,
            0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71,
        ];

    /// <summary>A whole file of these chunks.</summary>
    public static byte[] File(params byte[][] chunks) => File("RIFF", null, chunks);

    public static byte[] File(string magic, uint? size, params byte[][] chunks)
    {
        byte[] body = [.. chunks.SelectMany(chunk => chunk)];
        return [.. Encoding.ASCII.GetBytes(magic), .. UInt32(size ?? (uint)body.Length + 4), .. "WAVE"u8, .. body];
    }

    /// <summary>16-bit samples.</summary>
    public static byte[] Samples(params short[] samples) => [.. samples.SelectMany(sample => UInt16((ushort)sample))];

    /// <summary>A usual mono 16-bit file.</summary>
    public static byte[] Pcm16(int rate, params short[] samples) =>
        File(Chunk("fmt ", Format(1, 1, rate, 16)), Chunk("data", Samples(samples)));

    public static byte[] UInt16(int value) => [(byte)value, (byte)(value >> 8)];

    public static byte[] UInt32(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
