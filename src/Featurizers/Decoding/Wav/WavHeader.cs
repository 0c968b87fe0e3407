using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>How the samples of a WAV file are written.</summary>
internal enum WavCodec
{
    Pcm = 1,
    Float = 3,
    ALaw = 6,
    MuLaw = 7,
}

/// <summary>
/// What stands before the samples of a RIFF, RF64 or BW64 file: chunks in any order and of any size, of which fmt, ds64 and data count.
/// </summary>
/// <param name="Codec">Number format.</param>
/// <param name="SampleBytes">Bytes of one sample.</param>
/// <param name="SampleRate">In Hz.</param>
/// <param name="Channels">Samples in one frame.</param>
/// <param name="Frames">As declared, or as far as the stream goes where a writer that could not seek back left the size open.</param>
internal sealed record WavHeader(WavCodec Codec, int SampleBytes, int SampleRate, int Channels, long Frames)
{
    private const int Extensible = 0xFFFE;
    private static ReadOnlySpan<byte> SubFormatTail => [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    public static bool IsWav(ReadOnlySpan<byte> head) =>
        head.Length >= 12 && (head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8) || head.StartsWith("BW64"u8))
            && head[8..12].SequenceEqual("WAVE"u8);

    /// <summary>Reads up to the first sample and leaves the stream there.</summary>
    public static WavHeader Read(Stream stream, string name)
    {
        Span<byte> riff = stackalloc byte[12];
        if (stream.ReadAtLeast(riff, 12, throwOnEndOfStream: false) < 12 || !IsWav(riff)) throw Broken(name, "has no RIFF WAVE header");
        long riffSize = BinaryPrimitives.ReadUInt32LittleEndian(riff[4..]);
        long start = stream.Position - 12, dataSize64 = -1;
        WavHeader? format = null;
        Span<byte> chunk = stackalloc byte[8];
        while (stream.ReadAtLeast(chunk, 8, throwOnEndOfStream: false) == 8)
        {
            long size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]), at = stream.Position, left = stream.Length - at;
            if (chunk[..4].SequenceEqual("data"u8))
            {
                if (format is null) throw Broken(name, "has its samples before their format");
                if (size == uint.MaxValue && dataSize64 >= 0) size = dataSize64;
                else if (IsOpenEnded(size, left, riffEnd: start + 8 + riffSize, at)) size = left;
                return format with { Frames = size / (format.SampleBytes * format.Channels) };
            }

            if (size > left) throw Broken(name, "ends before its samples");
            if (chunk[..4].SequenceEqual("fmt "u8)) format = ReadFormat(stream, size, name);
            else if (chunk[..4].SequenceEqual("ds64"u8)) dataSize64 = ReadDataSize64(stream, size, name);
            stream.Position = at + Math.Min(left, size + (size & 1));
        }

        throw Broken(name, "has no samples");
    }

    /// <summary>
    /// Writers that cannot seek back leave a placeholder for the size: all ones, 0x7FFFF000 rounded down to whole frames, or 0 in a
    /// file whose outer size does not reach the samples either.
    /// </summary>
    private static bool IsOpenEnded(long size, long left, long riffEnd, long at) =>
        size == uint.MaxValue || (size > left && size is > 0x7FFFF000 - 4096 and <= 0x7FFFF000)
            || (size == 0 && (riffEnd <= at || riffEnd >= uint.MaxValue));

    private static long ReadDataSize64(Stream stream, long size, string name)
    {
        Span<byte> sizes = stackalloc byte[16];
        if (size < 16) throw Broken(name, $"has a ds64 chunk of {size} bytes");
        stream.ReadExactly(sizes);
        long dataSize = BinaryPrimitives.ReadInt64LittleEndian(sizes[8..]);
        return dataSize >= 0 ? dataSize : throw Broken(name, "declares a negative size");
    }

    private static WavHeader ReadFormat(Stream stream, long size, string name)
    {
        Span<byte> f = stackalloc byte[40];
        if (size < 16) throw Broken(name, $"has a format of {size} bytes; 16 are needed");
        f = f[..(int)Math.Min(size, 40)];
        stream.ReadExactly(f);
        int tag = BinaryPrimitives.ReadUInt16LittleEndian(f), channels = BinaryPrimitives.ReadUInt16LittleEndian(f[2..]);
        int rate = BinaryPrimitives.ReadInt32LittleEndian(f[4..]);
        int block = BinaryPrimitives.ReadUInt16LittleEndian(f[12..]), bits = BinaryPrimitives.ReadUInt16LittleEndian(f[14..]);
        if (tag == Extensible)
        {
            if (f.Length < 40) throw Broken(name, "has an extensible format without a sub-format");
            if (!f[26..].SequenceEqual(SubFormatTail))
                throw new NotSupportedException($"'{name}' is a WAV file of the unknown sub-format {new Guid(f[24..])}.");
            tag = BinaryPrimitives.ReadUInt16LittleEndian(f[24..]);
        }

        bool known = (tag, bits) is (1, >= 1 and <= 32) or (3, 32 or 64) or (6 or 7, 8);
        if (!known)
        {
            throw new NotSupportedException(
                $"'{name}' is a WAV file of format 0x{tag:X4} with {bits} bits, which is not read here: convert it to PCM.");
        }

        int bytes = (bits + 7) / 8;
        bool isSane = channels is > 0 and <= CheckedAudioSource.MaxChannels && block == channels * bytes;
        if (!isSane) throw Broken(name, $"declares frames of {block} bytes for {channels} channels of {bits} bits");
        return new WavHeader((WavCodec)tag, bytes, rate, channels, 0);
    }

    private static InvalidDataException Broken(string name, string what) => new($"The WAV file '{name}' {what}.");
}
