using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>
/// What stands before the samples of a RIFF, RF64 or BW64 file: chunks in any order and of any size, of which fmt, ds64 and data count.
/// </summary>
internal static class WavHeader
{
    public static bool IsWav(ReadOnlySpan<byte> head) =>
        head.Length >= 12 && (head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8) || head.StartsWith("BW64"u8))
            && head[8..12].SequenceEqual("WAVE"u8);

    /// <summary>
    /// Reads up to the first sample, leaves the stream there, and tells how many bytes of samples there are, or should be.
    /// </summary>
    public static (WavFormat Format, long Bytes) Read(ContainerReader reader)
    {
        long start = reader.Position, bytes64 = -1;
        var riff = reader.Take(12);
        if (!IsWav(riff)) throw reader.Broken("has no RIFF WAVE header");
        bool is64 = !riff.StartsWith("RIFF"u8);
        long riffSize = is64 ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(riff[4..]);
        WavFormat? format = null;
        while (reader.Left >= 8)
        {
            var chunk = reader.Take(8);
            bool isFormat = chunk.StartsWith("fmt "u8), isSizes = chunk.StartsWith("ds64"u8), isSound = chunk.StartsWith("data"u8);
            long size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]), at = reader.Position;
            if (isSound)
            {
                if (format is null) throw reader.Broken("has its samples before their format");
                if (is64 && bytes64 > 0 && (size is 0 or uint.MaxValue || (uint)bytes64 == size)) size = bytes64;
                var extent = new WavExtent(reader, start, riffSize);
                size = extent.Resolve(size);
                reader.Skip(at, 0);
                return (format, size);
            }

            if (isFormat) format = WavFormat.Read(reader, size);
            if (isSizes) bytes64 = ReadSizes(reader, size);
            reader.SkipPadded(at, size);
        }

        throw reader.Broken("has no samples");
    }

    /// <summary>The size of the data chunk, which 32 bits do not hold; negative where it was left open.</summary>
    private static long ReadSizes(ContainerReader reader, long size)
    {
        if (size < 16) throw reader.Broken($"has a ds64 chunk of {size} bytes");
        return BinaryPrimitives.ReadInt64LittleEndian(reader.Take(16)[8..]);
    }
}
