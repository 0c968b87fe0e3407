using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>
/// What an encoder writes in a first frame of its own, which is not sound: a tag named Xing, Info (the same for a constant bit rate)
/// or VBRI, and behind the first two what LAME and FFmpeg add about the samples that encoding put in front and behind.
/// </summary>
/// <param name="Frames">Frames of sound behind this one, or null.</param>
/// <param name="Bytes">Bytes from the start of this frame to the end of the last, or null.</param>
/// <param name="Delay">Samples that the encoder put in front, or null where it does not say.</param>
/// <param name="Padding">Samples that it put behind.</param>
internal readonly record struct MpegLengthTag(long? Frames, long? Bytes, int? Delay, int Padding)
{
    /// <summary>Samples by which any decoder is late: those of its filters.</summary>
    private const int DecoderDelay = 529;

    private const int VbriStart = MpegFrameHeader.Bytes + 32;

    /// <summary>Whether the number of frames can be relied on: other encoders may count this frame, too.</summary>
    public bool IsExact => Delay is not null && Frames is not null;

    /// <summary>Samples to drop in front of a recording.</summary>
    public int Skipped => Delay is { } delay ? delay + DecoderDelay : 0;

    /// <summary>Samples per channel without those in front and behind, or null where the number of frames is unknown.</summary>
    public long? SamplesOf(MpegFrameHeader header) => Frames is { } frames
        ? Math.Max(0, frames * header.Samples - Skipped - (Delay is null ? 0 : Math.Max(0, Padding - DecoderDelay)))
        : null;

    /// <summary>The tag in a frame, or null where the frame is sound.</summary>
    public static MpegLengthTag? Read(MpegFrameHeader header, ReadOnlySpan<byte> frame)
    {
        if (header.Layer != NLayer.MpegLayer.LayerIII) return null;
        var xing = From(frame, MpegFrameHeader.Bytes + header.SideBytes);
        if (!IsXing(xing) && header.HasCrc) xing = From(frame, header.ContentStart + header.SideBytes);
        if (IsXing(xing)) return ReadXing(xing);
        var vbri = From(frame, VbriStart);
        return vbri.Length >= 18 && vbri.StartsWith("VBRI"u8) ? new(UInt32(vbri[14..]), UInt32(vbri[10..]), null, 0) : null;
    }

    /// <summary>Whether a tag stands where it would if these bytes started with a frame's header.</summary>
    public static bool IsBehindDamage(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<int> sideBytes = [9, 17, 32];
        foreach (int side in sideBytes)
        {
            if (IsXing(From(bytes, MpegFrameHeader.Bytes + side))) return true;
        }

        return From(bytes, VbriStart).StartsWith("VBRI"u8);
    }

    private static bool IsXing(ReadOnlySpan<byte> tag) => tag.Length >= 8 && (tag.StartsWith("Xing"u8) || tag.StartsWith("Info"u8));

    private static MpegLengthTag ReadXing(ReadOnlySpan<byte> tag)
    {
        const int HasFrames = 1, HasBytes = 2, HasSeekTable = 4, HasQuality = 8, SeekTableBytes = 100;
        uint flags = UInt32(tag[4..]), frames = 0, bytes = 0;
        int at = 8;
        if ((flags & HasFrames) != 0) (frames, at) = (UInt32(From(tag, at)), at + 4);
        if ((flags & HasBytes) != 0) (bytes, at) = (UInt32(From(tag, at)), at + 4);
        if ((flags & HasSeekTable) != 0) at += SeekTableBytes;
        if ((flags & HasQuality) != 0) at += 4;
        var encoder = From(tag, at);
        bool saysDelay = encoder.StartsWith("LAME"u8) || encoder.StartsWith("Lavf"u8) || encoder.StartsWith("Lavc"u8);
        int samples = saysDelay ? (int)(UInt32(From(encoder, 21)) >> 8) : 0; // 12 bits each
        return new(frames > 0 ? frames : null, bytes > 0 ? bytes : null, saysDelay ? samples >> 12 : null, samples & 0xFFF);
    }

    private static ReadOnlySpan<byte> From(ReadOnlySpan<byte> bytes, int at) => bytes[Math.Min(at, bytes.Length)..];

    private static uint UInt32(ReadOnlySpan<byte> bytes) => bytes.Length >= 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : 0;
}
