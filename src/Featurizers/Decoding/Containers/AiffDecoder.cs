using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>AIFF, and AIFC without compression: PCM of 1 to 32 bits in either byte order, 32- and 64-bit float, mu-law and A-law.</summary>
internal sealed class AiffDecoder : IAudioDecoder
{
    public string Name => "AIFF";

    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => IsAiff(head);

    public static bool IsAiff(ReadOnlySpan<byte> head) =>
        head.Length >= 12 && head.StartsWith("FORM"u8) && (head[8..12].SequenceEqual("AIFF"u8) || head[8..12].SequenceEqual("AIFC"u8));

    public IAudioSource Open(Stream seekable, string? nameHint)
    {
        long sound = -1, size = 0;
        var reader = new ContainerReader(seekable, "AIFF", nameHint ?? "stream");
        bool compressed = reader.Take(12)[11] == 'C';
        AiffFormat? format = null;
        while ((format is null || sound < 0) && reader.Left >= 8)
        {
            var chunk = reader.Take(8);
            bool isFormat = chunk.StartsWith("COMM"u8), isSound = chunk.StartsWith("SSND"u8);
            long length = BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]), at = reader.Position;
            if (isFormat) format = AiffFormat.Read(reader, length, compressed);
            if (isSound)
            {
                uint offset = BinaryPrimitives.ReadUInt32BigEndian(reader.Take(8));
                (sound, size) = (at + 8 + offset, Math.Max(0, length - 8 - offset));
                if (format is not null) break; // the last chunk of interest may be cut off
                if (length == 0) throw reader.Broken("has its samples, whose size is open, before their format");
            }

            reader.SkipPadded(at, length);
        }

        if (sound < 0) throw reader.Broken("has no samples");
        if (format is null) throw reader.Broken("has no format");
        reader.Skip(0, sound);
        var encoding = format.Encoding;
        long frame = encoding.Bytes * format.Channels;
        // Where COMM and SSND differ, the greater one counts: nothing is left out, and what is missing is found.
        long declared = format.Frames * frame;
        if (size / frame == (long)format.Frames / format.Channels) declared = size; // COMM counts samples instead of frames
        if (size == 0 || DeclaredSize.IsPlaceholder(size)) size = declared == 0 ? reader.Left : Math.Min(size, reader.Left);
        size = DeclaredSize.Resolve(Math.Max(size, declared), reader.Left);
        return SampleSource.Of(seekable, "AIFF", format.SampleRate, format.Channels, encoding, size);
    }
}
