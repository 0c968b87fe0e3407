using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>AIFF, AU, CAF, W64 and NIST SPHERE files written by hand, right and wrong ones; WAV is in <see cref="WavBytes"/>.</summary>
internal static class ContainerBytes
{
    /// <summary>16-bit samples, highest byte first.</summary>
    public static byte[] BigSamples(params short[] samples) => [.. samples.SelectMany(sample => Big((ushort)sample))];

    /// <summary>AIFF, or AIFC where there is a kind of compression.</summary>
    public static byte[] Aiff(
        int channels, int bits, byte[] sound, uint? frames = null, string? kind = null, uint? size = null, byte[]? behind = null)
    {
        int frame = channels * ((bits + 7) / 8);
        byte[] common =
        [
            .. Big((ushort)channels), .. Big(frames ?? (uint)(sound.Length / frame)), .. Big((ushort)bits), .. Extended(8000),
            .. kind is null ? [] : Encoding.ASCII.GetBytes(kind + "\0\0"),
        ];
        byte[] body =
        [
            .. kind is null ? "AIFF"u8 : "AIFC"u8, .. BigChunk("COMT", new byte[3]), .. BigChunk("COMM", common),
            .. BigChunk("SSND", [.. new byte[8], .. sound], size), .. behind ?? [],
        ];
        return [.. "FORM"u8, .. Big((uint)body.Length), .. body];
    }

    /// <summary>AU with an annotation of four bytes.</summary>
    public static byte[] Au(int encoding, int channels, byte[] sound, uint? size = null, int rate = 8000) =>
        [
            .. ".snd"u8, .. Big(28u), .. Big(size ?? (uint)sound.Length), .. Big((uint)encoding), .. Big((uint)rate),
            .. Big((uint)channels), .. new byte[4], .. sound,
        ];

    /// <summary>CAF with a chunk that nobody needs.</summary>
    public static byte[] Caf(
        string kind, uint flags, int bytes, int channels, int bits, byte[] sound, long? size = null, int rate = 8000)
    {
        byte[] format =
        [
            .. Big((ulong)BitConverter.DoubleToInt64Bits(rate)), .. Encoding.ASCII.GetBytes(kind), .. Big(flags),
            .. Big((uint)(bytes * channels)), .. Big(1u), .. Big((uint)channels), .. Big((uint)bits),
        ];
        return
        [
            .. "caff"u8, 0, 1, 0, 0, .. "desc"u8, .. Big((ulong)format.Length), .. format, .. "free"u8, .. Big(5ul), .. new byte[5],
            .. "data"u8, .. Big((ulong)(size ?? sound.Length + 4)), .. new byte[4], .. sound,
        ];
    }

    /// <summary>W64 of a fmt chunk's body and samples.</summary>
    public static byte[] W64(byte[] format, byte[] sound, long? size = null)
    {
        byte[] body = [.. W64Chunk("junk", new byte[3]), .. W64Chunk("fmt ", format), .. W64Chunk("data", sound, size)];
        byte[] riff = [.. "riff"u8, 0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0, 0];
        return [.. riff, .. BitConverter.GetBytes(40L + body.Length), .. W64Name("wave"), .. body];
    }

    /// <summary>NIST SPHERE with these lines of its header besides rate and count.</summary>
    public static byte[] Sphere(string lines, byte[] sound, int count, int rate = 8000)
    {
        string head = string.Create(
            CultureInfo.InvariantCulture, $"NIST_1A\n   1024\nsample_count -i {count}\nsample_rate -i {rate}\n{lines}\nend_head\n");
        return [.. Encoding.ASCII.GetBytes(head.PadRight(1024)), .. sound];
    }

    /// <summary>An ID3v2 tag with so many bytes in it, and a footer if wanted.</summary>
    public static byte[] Id3(int length, bool footer = false)
    {
        byte[] head = [4, 0, (byte)(footer ? 0x10 : 0), 0, 0, (byte)(length >> 7), (byte)(length & 0x7F)];
        return [.. "ID3"u8, .. head, .. new byte[length], .. footer ? (byte[])[.. "3DI"u8, .. head] : []];
    }

    public static byte[] Big(ushort value) => [(byte)(value >> 8), (byte)value];

    public static byte[] Big(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Big(ulong value) => [.. Big((uint)(value >> 32)), .. Big((uint)value)];

    private static byte[] BigChunk(string id, byte[] body, uint? size = null) =>
        [.. Encoding.ASCII.GetBytes(id), .. Big(size ?? (uint)body.Length), .. body, .. body.Length % 2 == 0 ? [] : new byte[1]];

    private static byte[] W64Chunk(string id, byte[] body, long? size = null) =>
        [.. W64Name(id), .. BitConverter.GetBytes(size ?? body.Length + 24L), .. body, .. new byte[(8 - body.Length % 8) % 8]];

    private static byte[] W64Name(string id) =>
        [.. Encoding.ASCII.GetBytes(id), 0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A];

    private static byte[] Extended(int rate)
    {
        int zeros = int.LeadingZeroCount(rate);
        return [.. Big((ushort)(16_383 + 31 - zeros)), .. Big((uint)rate << zeros), .. new byte[4]];
    }
}
