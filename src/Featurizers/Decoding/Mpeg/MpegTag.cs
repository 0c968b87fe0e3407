using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>
/// What a first frame without sound says about those behind it: the tag named Xing or Info behind the side information, with what LAME and
/// its like add to it, or VBRI, which always stands 32 bytes behind the header.
/// </summary>
/// <param name="Frames">Frames behind this one, or null. Some encoders count this one, too.</param>
/// <param name="Delay">Samples that the encoder put before the sound, or null where that is not said.</param>
/// <param name="Padding">Samples that the encoder put behind it.</param>
internal sealed record MpegTag(long? Frames, int? Delay, int Padding)
{
    /// <summary>Samples by which a decoder of layer III is late.</summary>
    public const int DecoderDelay = 529;

    private const int HasFrames = 1, HasBytes = 2, HasTable = 4, HasQuality = 8;

    /// <summary>The tag in a frame, or null where the frame is sound.</summary>
    public static MpegTag? Of(MpegHeader header, ReadOnlySpan<byte> frame)
    {
        if (header.Layer != NLayer.MpegLayer.LayerIII) return null;
        var xing = From(frame, MpegHeader.Length + (header.HasCrc ? 2 : 0) + header.SideInformationBytes);
        if (!IsXing(xing)) xing = From(frame, MpegHeader.Length + header.SideInformationBytes); // a checksum that is declared and not there
        if (IsXing(xing)) return Xing(xing);
        var vbri = From(frame, MpegHeader.Length + 32);
        return vbri.Length >= 18 && vbri.StartsWith("VBRI"u8) ? new(BinaryPrimitives.ReadUInt32BigEndian(vbri[14..]), null, 0) : null;
    }

    private static bool IsXing(ReadOnlySpan<byte> tag) => tag.Length >= 8 && (tag.StartsWith("Xing"u8) || tag.StartsWith("Info"u8));

    private static MpegTag Xing(ReadOnlySpan<byte> tag)
    {
        int flags = tag[7], at = 8;
        long? frames = null;
        if ((flags & HasFrames) != 0 && tag.Length >= 12) frames = BinaryPrimitives.ReadUInt32BigEndian(tag[8..]);
        foreach (var (flag, size) in new[] { (HasFrames, 4), (HasBytes, 4), (HasTable, 100), (HasQuality, 4) })
        {
            if ((flags & flag) != 0) at += size;
        }

        var lame = From(tag, at);
        bool isLame = lame.Length >= 24 && (lame.StartsWith("LAME"u8) || lame.StartsWith("Lavf"u8) || lame.StartsWith("Lavc"u8));
        if (!isLame) return new(frames is 0 ? null : frames, null, 0);
        int both = lame[21] << 16 | lame[22] << 8 | lame[23];
        return new(frames is 0 ? null : frames, both >> 12, both & 0xFFF);
    }

    private static ReadOnlySpan<byte> From(ReadOnlySpan<byte> bytes, int at) => bytes[Math.Min(at, bytes.Length)..];
}
