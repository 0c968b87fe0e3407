using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>Apple's Core Audio format without compression: PCM of 8 to 32 bits in either byte order, float, mu-law and A-law.</summary>
internal sealed class CafDecoder : IAudioDecoder
{
    private const int EditCount = 4; // bytes before the samples

    public string Name => "CAF";

    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => head.StartsWith("caff"u8);

    public IAudioSource Open(Stream seekable, string? nameHint)
    {
        var reader = new ContainerReader(seekable, "CAF", nameHint ?? "stream");
        reader.Take(8);
        CafFormat? format = null;
        while (reader.Left >= 12)
        {
            var chunk = reader.Take(12);
            bool isFormat = chunk.StartsWith("desc"u8), isSound = chunk.StartsWith("data"u8);
            long size = BinaryPrimitives.ReadInt64BigEndian(chunk[4..]), at = reader.Position;
            if (isSound) return Samples(reader, format ?? throw reader.Broken("has its samples before their format"), size);
            if (isFormat) format = CafFormat.Read(reader, size);
            reader.Skip(at, size);
        }

        throw reader.Broken("has no samples");
    }

    private static SampleSource Samples(ContainerReader reader, CafFormat format, long size)
    {
        reader.Take(EditCount);
        if (size is >= 0 and < EditCount) throw reader.Broken($"has a data chunk of {size} bytes");
        size = size < 0 ? reader.Left : DeclaredSize.Resolve(size - EditCount, reader.Left);
        var encoding = format.Encoding;
        if (format.Bits < 32 && encoding is { Codec: SampleCodec.Signed, Bytes: 4 })
            encoding = encoding with { Shift = SampleAlignment.ShiftOf(reader.Stream, format.Bits, encoding.BigEndian) };
        return SampleSource.Of(reader.Stream, reader.Kind, format.SampleRate, format.Channels, encoding, size);
    }
}
