using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>
/// At which end of their four bytes 17 to 24 bits stand, where the header does not say: RIFF and libsndfile put them at the high end,
/// <c>arecord -f S24_LE</c> at the low one.
/// </summary>
internal static class SampleAlignment
{
    private const int Looked = 1 << 20;

    /// <summary>
    /// Bits to shift by. They are at the low end where the bits above them only repeat the sign, and some below the high end are used.
    /// The stream stays where it is.
    /// </summary>
    public static int ShiftOf(Stream stream, int bits, bool bigEndian = false)
    {
        long start = stream.Position;
        byte[] bytes = new byte[Math.Min(Looked, Math.Max(0, stream.Length - start))];
        int got = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false), shift = 32 - bits;
        stream.Position = start;
        bool lowBits = false;
        for (int at = 0; at + 4 <= got; at += 4)
        {
            var one = bytes.AsSpan(at, 4);
            int value = bigEndian ? BinaryPrimitives.ReadInt32BigEndian(one) : BinaryPrimitives.ReadInt32LittleEndian(one);
            if (value << shift >> shift != value) return 0;
            lowBits |= (value & ((1 << shift) - 1)) != 0;
        }

        return lowBits ? shift : 0;
    }
}
