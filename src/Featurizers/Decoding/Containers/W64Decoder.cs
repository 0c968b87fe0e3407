using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>Sony Wave64: WAV with sizes of 64 bits, which count their own header, and chunks at multiples of eight bytes.</summary>
internal sealed class W64Decoder : IAudioDecoder
{
    private const int ChunkHeader = 24;

    private static readonly byte[] RiffGuid = [.. "riff"u8, 0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0, 0];
    private static readonly byte[] OtherGuids = [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A];
    private static readonly byte[] WaveGuid = [.. "wave"u8, .. OtherGuids];

    public string Name => "W64";

    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => head.StartsWith(RiffGuid);

    public IAudioSource Open(Stream seekable, string? nameHint)
    {
        long start = seekable.Position;
        var reader = new ContainerReader(seekable, Name, nameHint ?? "stream");
        var head = reader.Take(40);
        if (!head[24..].SequenceEqual(WaveGuid)) throw reader.Broken("has no wave header");
        WavFormat? format = null;
        while (reader.Left >= ChunkHeader)
        {
            var chunk = reader.Take(ChunkHeader);
            bool known = chunk[4..16].SequenceEqual(OtherGuids);
            bool isFormat = known && chunk.StartsWith("fmt "u8), isSound = known && chunk.StartsWith("data"u8);
            long size = BinaryPrimitives.ReadInt64LittleEndian(chunk[16..]), at = reader.Position;
            if (isSound)
            {
                if (format is null) throw reader.Broken("has its samples before their format");
                if (size is > 0 and < ChunkHeader) throw reader.Broken($"has a data chunk of {size} bytes");
                bool open = size <= 0;
                return format.Open(reader, open ? reader.Left : DeclaredSize.Resolve(size - ChunkHeader, reader.Left));
            }

            if (size < ChunkHeader) throw reader.Broken($"has a chunk of {size} bytes");
            if (isFormat) format = WavFormat.Read(reader, size - ChunkHeader);
            long next = at - ChunkHeader - start + size; // from the file's start
            reader.Skip(start, next >= 0 && next <= seekable.Length - start ? Math.Min((next + 7) & ~7L, seekable.Length - start) : -1);
        }

        throw reader.Broken("has no samples");
    }
}
