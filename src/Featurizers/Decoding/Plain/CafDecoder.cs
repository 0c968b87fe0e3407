using System.Buffers.Binary;
using System.Text;

namespace AudioBsq.Decoding;

/// <summary>Uncompressed CAF (Apple, Core Audio Format Specification 1.0).</summary>
internal sealed class CafDecoder : IAudioDecoder
{
    private const uint IsFloat = 1, IsLittleEndian = 2;

    public string Name => "CAF";

    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => head.StartsWith("caff"u8);

    public IAudioSource Open(Stream seekable, string? nameHint)
    {
        string name = nameHint ?? "stream";
        Span<byte> chunk = stackalloc byte[12];
        (SampleLayout Layout, AudioFormat Format)? description = null;
        seekable.Fill(stackalloc byte[8], name);
        while (seekable.ReadAtLeast(chunk, 12, throwOnEndOfStream: false) == 12)
        {
            long size = BinaryPrimitives.ReadInt64BigEndian(chunk[4..]), at = seekable.Position, left = seekable.Length - at;
            if (chunk[..4].SequenceEqual("data"u8))
            {
                if (description is not var (layout, format)) throw Broken(name, "has its samples before their description");
                if (left < 4) throw Broken(name, "ends before its samples");
                seekable.Position = at + 4; // behind the count of edits
                int frameBytes = layout.Bytes * format.Channels;
                bool isOpen = size <= 0 || (size > left && OpenSize.IsPlaceholder(size, frameBytes));
                return new PlainSource(seekable, layout, format with { Frames = Math.Max((isOpen ? left : size) - 4, 0) / frameBytes });
            }

            if (size < 0 || size > left) throw Broken(name, "ends before its samples");
            if (chunk[..4].SequenceEqual("desc"u8)) description = Describe(seekable, size, name);
            seekable.Position = at + size;
        }

        throw Broken(name, "has no samples");
    }

    private static (SampleLayout Layout, AudioFormat Format) Describe(Stream stream, long size, string name)
    {
        if (size < 32) throw Broken(name, $"has a description of {size} bytes; 32 are needed");
        var d = stream.Fill(stackalloc byte[32], name);
        string kind = Encoding.Latin1.GetString(d[8..12]);
        uint flags = Field(d, 12), packet = Field(d, 16), channels = Field(d, 24), bits = Field(d, 28);
        if (channels is < 1 or > CheckedAudioSource.MaxChannels)
            throw Broken(name, $"declares {channels} channels; there must be 1 to {CheckedAudioSource.MaxChannels}");
        bool isLittle = (flags & IsLittleEndian) != 0;
        int bytes = (int)Math.Min(Math.Max(packet / channels, (bits + 7) / 8), 9);
        SampleLayout? layout = (kind, (flags & IsFloat) != 0, bytes) switch
        {
            ("lpcm", true, 4 or 8) => new SampleLayout(WavCodec.Float, bytes, !isLittle),
            ("lpcm", false, 1) => new SampleLayout(WavCodec.SignedByte, 1),
            ("lpcm", false, >= 2 and <= 4) => new SampleLayout(WavCodec.Pcm, bytes, !isLittle),
            ("ulaw", _, _) => new SampleLayout(WavCodec.MuLaw, 1),
            ("alaw", _, _) => new SampleLayout(WavCodec.ALaw, 1),
            _ => null,
        };
        if (layout is not { } known)
        {
            throw new NotSupportedException(
                $"'{name}' is a CAF file of encoding '{kind}' with {bits} bits, which is not read here: convert it to PCM.");
        }

        int rate = StreamBytes.ToRate(BinaryPrimitives.ReadDoubleBigEndian(d));
        return (known, new AudioFormat(rate, (int)channels, null, $"CAF {known.Name}"));
    }

    private static uint Field(ReadOnlySpan<byte> description, int at) => BinaryPrimitives.ReadUInt32BigEndian(description[at..]);

    private static InvalidDataException Broken(string name, string what) => new($"The CAF file '{name}' {what}.");
}
