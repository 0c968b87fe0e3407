using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>Sun and NeXT AU (.au, .snd): PCM of 8 to 32 bits, 32- and 64-bit float, mu-law and A-law.</summary>
internal sealed class AuDecoder : IAudioDecoder
{
    private const long Wrap = 1L << 32;

    public string Name => "AU";

    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => head.StartsWith(".snd"u8);

    public IAudioSource Open(Stream seekable, string? nameHint)
    {
        long start = seekable.Position;
        var reader = new ContainerReader(seekable, "AU", nameHint ?? "stream");
        var head = reader.Take(24);
        uint offset = BinaryPrimitives.ReadUInt32BigEndian(head[4..]), encoding = BinaryPrimitives.ReadUInt32BigEndian(head[12..]);
        long size = BinaryPrimitives.ReadUInt32BigEndian(head[8..]);
        uint rate = BinaryPrimitives.ReadUInt32BigEndian(head[16..]), channels = BinaryPrimitives.ReadUInt32BigEndian(head[20..]);
        if (offset < 24) throw reader.Broken($"has its samples at byte {offset}, within its header");
        reader.CheckFormat(rate, channels);
        reader.Skip(start, offset);
        if (size == 0) size = reader.Left;
        else if (reader.Left - size is >= Wrap and var more && more % Wrap == 0) size = reader.Left;
        size = DeclaredSize.Resolve(size, reader.Left);
        return SampleSource.Of(seekable, "AU", (int)rate, (int)channels, EncodingOf(encoding, reader), size);
    }

    private static SampleEncoding EncodingOf(uint encoding, ContainerReader reader) => encoding switch
    {
        1 => new(SampleCodec.MuLaw, 1),
        >= 2 and <= 5 => new(SampleCodec.Signed, (int)encoding - 1, BigEndian: true),
        6 => new(SampleCodec.Float, 4, BigEndian: true),
        7 => new(SampleCodec.Float, 8, BigEndian: true),
        27 => new(SampleCodec.ALaw, 1),
        _ => throw reader.Unread($"encoding {encoding}"),
    };
}
