using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>How samples are written as numbers.</summary>
internal enum WavCodec
{
    Pcm = 1,
    Float = 3,
    ALaw = 6,
    MuLaw = 7,

    /// <summary>Whole numbers of one byte that are signed; elsewhere one byte is unsigned.</summary>
    SignedByte = 256,
}

/// <summary>
/// What stands before the samples of a RIFF, RF64 or BW64 file: chunks in any order and of any size, of which fmt, fact, ds64 and data
/// count.
/// </summary>
/// <param name="Format">The format chunk.</param>
/// <param name="Bytes">Bytes of sound: as declared, or to the stream's end where the declared size says nothing.</param>
/// <param name="DeclaredFrames">Frames that the fact chunk declares, or null.</param>
internal sealed record WavHeader(WavFormat Format, long Bytes, long? DeclaredFrames)
{
    public static bool IsWav(ReadOnlySpan<byte> head) =>
        head.Length >= 12 && (head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8) || head.StartsWith("BW64"u8))
            && head[8..12].SequenceEqual("WAVE"u8);

    public static InvalidDataException Broken(string name, string what) => new($"The WAV file '{name}' {what}.");

    /// <summary>Reads up to the first sample and leaves the stream there.</summary>
    public static WavHeader Read(Stream stream, string name)
    {
        Span<byte> riff = stackalloc byte[12], chunk = stackalloc byte[8];
        long start = stream.Position, size64 = -1;
        if (stream.ReadAtLeast(riff, 12, throwOnEndOfStream: false) < 12 || !IsWav(riff)) throw Broken(name, "has no RIFF WAVE header");
        WavFormat? format = null;
        long? frames = null;
        while (stream.ReadAtLeast(chunk, 8, throwOnEndOfStream: false) == 8)
        {
            long size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]), at = stream.Position, left = stream.Length - at;
            if (chunk[..4].SequenceEqual("data"u8))
            {
                if (format is null) throw Broken(name, "has its samples before their format");
                if (size64 >= 0 && size == uint.MaxValue) size = size64;
                uint riffSize = BinaryPrimitives.ReadUInt32LittleEndian(riff[4..]);
                return new WavHeader(format, new WavDataSize(stream, start, riffSize, format).Of(size), frames);
            }

            if (size > left) throw Broken(name, "ends before its samples");
            if (chunk[..4].SequenceEqual("fmt "u8)) format = WavFormat.Read(stream, size, name);
            else if (chunk[..4].SequenceEqual("fact"u8) && size >= 4) frames = ReadFrames(stream, name);
            else if (chunk[..4].SequenceEqual("ds64"u8)) size64 = ReadSize64(stream, size, name);
            stream.Position = at + size;
            SkipPadding(stream, size);
        }

        throw Broken(name, "has no samples");
    }

    private static long ReadFrames(Stream stream, string name) =>
        BinaryPrimitives.ReadUInt32LittleEndian(stream.Fill(stackalloc byte[4], name));

    private static long ReadSize64(Stream stream, long size, string name)
    {
        Span<byte> sizes = stackalloc byte[16];
        if (size < 16) throw Broken(name, $"has a ds64 chunk of {size} bytes");
        long dataSize = BinaryPrimitives.ReadInt64LittleEndian(stream.Fill(sizes, name)[8..]);
        return dataSize >= 0 ? dataSize : throw Broken(name, "declares a negative size");
    }

    // Some writers leave out the byte that makes a chunk's length even: then a known chunk starts right behind it.
    private static void SkipPadding(Stream stream, long size)
    {
        if ((size & 1) == 0) return;
        long at = stream.Position;
        Span<byte> next = stackalloc byte[4];
        int got = stream.ReadAtLeast(next, 4, throwOnEndOfStream: false);
        bool isNext = got == 4
            && (next.SequenceEqual("data"u8) || next.SequenceEqual("fmt "u8) || next.SequenceEqual("fact"u8) || next.SequenceEqual("LIST"u8));
        stream.Position = Math.Min(isNext ? at : at + 1, stream.Length);
    }
}
