using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>AU, Sun's and NeXT's format: a header of at least 24 bytes, then big-endian samples.</summary>
internal sealed class AuDecoder : IAudioDecoder
{
    private const uint Unknown = uint.MaxValue;

    public string Name => "AU";

    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => head.StartsWith(".snd"u8);

    public IAudioSource Open(Stream seekable, string? nameHint)
    {
        string name = nameHint ?? "stream";
        long start = seekable.Position;
        var header = seekable.Fill(stackalloc byte[24], name);
        uint offset = Field(header, 1), declared = Field(header, 2), encoding = Field(header, 3), channels = Field(header, 5);
        if (offset < 24 || offset > seekable.Length - start) throw Broken(name, $"has its samples at byte {offset}, which is outside");
        if (channels is < 1 or > CheckedAudioSource.MaxChannels)
            throw Broken(name, $"declares {channels} channels; there must be 1 to {CheckedAudioSource.MaxChannels}");
        var layout = LayoutOf(encoding) ?? throw new NotSupportedException(
            $"'{name}' is an AU file of encoding {encoding}, which is not read here: convert it to PCM.");
        seekable.Position = start + offset;
        long left = seekable.Length - seekable.Position;
        int frameBytes = layout.Bytes * (int)channels;
        bool isOpen = declared is Unknown or 0 || (declared > left && OpenSize.IsPlaceholder(declared, frameBytes));
        var format = new AudioFormat(
            (int)Math.Min(Field(header, 4), int.MaxValue), (int)channels, (isOpen ? left : declared) / frameBytes, $"AU {layout.Name}");
        return new PlainSource(seekable, layout, format);
    }

    private static SampleLayout? LayoutOf(uint encoding) => encoding switch
    {
        1 => new SampleLayout(WavCodec.MuLaw, 1),
        2 => new SampleLayout(WavCodec.SignedByte, 1),
        3 or 4 or 5 => new SampleLayout(WavCodec.Pcm, (int)encoding - 1, BigEndian: true),
        6 => new SampleLayout(WavCodec.Float, 4, BigEndian: true),
        7 => new SampleLayout(WavCodec.Float, 8, BigEndian: true),
        27 => new SampleLayout(WavCodec.ALaw, 1),
        _ => null,
    };

    private static uint Field(ReadOnlySpan<byte> header, int index) => BinaryPrimitives.ReadUInt32BigEndian(header[(4 * index)..]);

    private static InvalidDataException Broken(string name, string what) => new($"The AU file '{name}' {what}.");
}
