using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>Fields of a header, read from a stream.</summary>
internal static class StreamBytes
{
    /// <summary>Fills a buffer, or says that the file ends in its header.</summary>
    /// <exception cref="InvalidDataException">The stream ends before.</exception>
    public static Span<byte> Fill(this Stream stream, Span<byte> buffer, string name)
    {
        return stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) == buffer.Length
            ? buffer
            : throw new InvalidDataException($"'{name}' ends in its header.");
    }

    /// <summary>An 80-bit float, as AIFF writes its sample rate (Apple, Audio Interchange File Format 1.3, section 3).</summary>
    public static double ToExtended(ReadOnlySpan<byte> bigEndian)
    {
        int exponent = BinaryPrimitives.ReadUInt16BigEndian(bigEndian) & 0x7FFF;
        return Math.ScaleB(BinaryPrimitives.ReadUInt64BigEndian(bigEndian[2..]), exponent - 16383 - 63);
    }

    /// <summary>A rate of samples as a whole number of Hz; 0 where it is none that is possible.</summary>
    public static int ToRate(double rate) => rate is >= 1 and <= int.MaxValue ? (int)Math.Round(rate) : 0;
}
