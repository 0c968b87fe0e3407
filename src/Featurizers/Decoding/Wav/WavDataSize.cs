using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>
/// How many bytes of sound a WAV file has. A declared size that fits the file counts. One that does not is one of these, in this order:
/// left open by a writer that could not seek back (to the end), wrapped beyond 4 GiB (mended), with the header's bytes counted too (to the
/// end), or the sign of a truncated file (kept, so that reading finds the end too early).
/// </summary>
/// <param name="stream">At the first sample.</param>
/// <param name="start">Where the file starts in the stream.</param>
/// <param name="riffSize">Size of the outer chunk.</param>
/// <param name="format">How samples are written.</param>
internal sealed class WavDataSize(Stream stream, long start, uint riffSize, WavFormat format)
{
    private const long Wrap = 1L << 32;

    /// <summary>Bytes of sound where so many are declared. The stream stays where it is.</summary>
    public long Of(long declared)
    {
        long at = stream.Position, left = stream.Length - at;
        int frame = Math.Max(format.Layout?.Bytes * format.Channels ?? format.BlockBytes, 1);
        if (declared == 0) return OnlyChunksFollow(at) ? 0 : left;
        if (declared > left)
        {
            bool countsHeader = declared == stream.Length - start || declared == stream.Length - start - 8;
            return countsHeader || OpenSize.IsPlaceholder(declared, frame) ? left : declared;
        }

        if (left < OpenSize.MinLong || OnlyChunksFollow(at + declared + (declared & 1))) return declared;
        if (OpenSize.IsLargest(declared)) return left;
        // The outer size wrapped as often as the inner one, and says what follows the samples.
        long wraps = (stream.Length - start - 8 - riffSize) / Wrap;
        bool isWrapped = wraps > 0 && (stream.Length - start - 8 - riffSize) % Wrap is 0 or 1 && declared + wraps * Wrap <= left;
        return isWrapped ? declared + wraps * Wrap : (left - declared) % Wrap == 0 ? left : declared;
    }

    // Whether the file goes on from here with whole chunks to its end, or ends.
    private bool OnlyChunksFollow(long at)
    {
        long before = stream.Position;
        Span<byte> chunk = stackalloc byte[8];
        while (at + 8 <= stream.Length)
        {
            stream.Position = at;
            stream.ReadExactly(chunk);
            long size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk[..4].ContainsAnyExceptInRange((byte)' ', (byte)'~') || size > stream.Length - at - 8) break;
            at += 8 + size + (size & 1);
        }

        stream.Position = before;
        return at >= stream.Length;
    }
}
