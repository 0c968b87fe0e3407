using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>Sony Wave64: WAV with 64-bit sizes and chunks that are named by GUIDs, aligned to 8 bytes.</summary>
internal sealed class W64Decoder : IAudioDecoder
{
    private const int ChunkHeader = 24;

    private static ReadOnlySpan<byte> Riff => [0x72, 0x69, 0x66, 0x66, 0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0, 0];

    private static ReadOnlySpan<byte> Tail => [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A];

    public string Name => "W64";

    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => head.StartsWith(Riff);

    public IAudioSource Open(Stream seekable, string? nameHint)
    {
        string name = nameHint ?? "stream";
        Span<byte> chunk = stackalloc byte[ChunkHeader];
        WavFormat? format = null;
        long? frames = null;
        seekable.Fill(stackalloc byte[40], name); // riff, its size, wave
        while (seekable.ReadAtLeast(chunk, ChunkHeader, throwOnEndOfStream: false) == ChunkHeader)
        {
            long at = seekable.Position, left = seekable.Length - at, size = BinaryPrimitives.ReadInt64LittleEndian(chunk[16..]) - ChunkHeader;
            if (Is(chunk, "data"u8))
            {
                if (format is null) throw Broken(name, "has its samples before their format");
                bool isOpen = size <= 0 || (size > left && OpenSize.IsPlaceholder(size + ChunkHeader, 1));
                return WavDecoder.Open(seekable, new WavHeader(format, isOpen ? left : Unpadded(size), frames), "W64", name);
            }

            if (size < 0 || size > left) throw Broken(name, "ends before its samples");
            if (Is(chunk, "fmt "u8)) format = WavFormat.Read(seekable, size, name);
            else if (Is(chunk, "fact"u8) && size >= 8) frames = ReadFrames(seekable, name);
            seekable.Position = Math.Min(at + (size + 7 & ~7L), seekable.Length);
        }

        throw Broken(name, "has no samples");

        // Some writers count the bytes that align the next chunk.
        long Unpadded(long size)
        {
            long exact = format!.Layout is { } layout && frames is { } count ? count * layout.Bytes * format.Channels : size;
            return exact < size && exact > size - 8 ? exact : size;
        }
    }

    private static long ReadFrames(Stream stream, string name) =>
        BinaryPrimitives.ReadInt64LittleEndian(stream.Fill(stackalloc byte[8], name));

    private static bool Is(ReadOnlySpan<byte> chunk, ReadOnlySpan<byte> id) => chunk.StartsWith(id) && chunk[4..16].SequenceEqual(Tail);

    private static InvalidDataException Broken(string name, string what) => new($"The W64 file '{name}' {what}.");
}
