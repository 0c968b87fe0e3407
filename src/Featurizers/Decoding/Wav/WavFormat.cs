using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>What a fmt chunk says, of WAV or W64.</summary>
/// <param name="Tag">Number of the format; with the extensible form, that of its sub-format.</param>
/// <param name="SampleRate">In Hz.</param>
/// <param name="Channels">Samples in one frame.</param>
/// <param name="Bits">Bits of a sample.</param>
/// <param name="Block">Bytes of a frame, or of a compressed block; often wrong for what is not compressed.</param>
/// <param name="IsExtensible">Whether it says which bits are valid and which channel goes where.</param>
internal sealed record WavFormat(int Tag, int SampleRate, int Channels, int Bits, int Block, bool IsExtensible)
{
    public const int Pcm = 1, Float = 3;

    private const int MsAdpcmTag = 2, ALaw = 6, MuLaw = 7, ImaAdpcmTag = 0x11, Mpeg = 0x50, Mp3 = 0x55, Extensible = 0xFFFE;

    private static ReadOnlySpan<byte> SubFormatTail => [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];
    private static ReadOnlySpan<byte> AmbisonicTail => [0, 0, 0x21, 0x07, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA, 0, 0, 0];

    /// <summary>The channel of low frequencies, from 0, where the channel mask names one.</summary>
    public int? LfeChannel { get; private init; }

    /// <summary>Pairs of predictor coefficients (Microsoft ADPCM).</summary>
    public short[] Coefficients { get; private init; } = [];

    /// <summary>Reads the chunk's body.</summary>
    public static WavFormat Read(ContainerReader reader, long size)
    {
        if (size < 16) throw reader.Broken($"has a format of {size} bytes; 16 are needed");
        var f = reader.Take((int)Math.Min(size, 64));
        int tag = U16(f, 0), channels = U16(f, 2), block = U16(f, 12), bits = U16(f, 14);
        uint declared = BinaryPrimitives.ReadUInt32LittleEndian(f[4..]);
        reader.CheckFormat(declared, channels);
        int rate = (int)declared;
        if (tag != Extensible)
            return new WavFormat(tag, rate, channels, bits, block, false) { Coefficients = tag == MsAdpcmTag ? CoefficientsOf(f) : [] };
        if (f.Length < 40) throw reader.Broken("has an extensible format without a sub-format");
        if (!f[26..40].SequenceEqual(SubFormatTail) && !f[26..40].SequenceEqual(AmbisonicTail))
            throw reader.Unread($"the unknown sub-format {new Guid(f[24..40])}");
        uint mask = BinaryPrimitives.ReadUInt32LittleEndian(f[20..]);
        return new WavFormat(U16(f, 24), rate, channels, bits, block, true)
        {
            LfeChannel = ChannelMask.LfeOf(mask, channels),
        };
    }

    /// <summary>The samples from the reader's position on, so many bytes of them.</summary>
    public IAudioSource Open(ContainerReader reader, long bytes) => Tag switch
    {
        ImaAdpcmTag => AdpcmSource.Open(reader, this, new ImaAdpcm(Channels), bytes),
        MsAdpcmTag => AdpcmSource.Open(reader, this, new MsAdpcm(Channels, Coefficients), bytes),
        Mpeg or Mp3 => OpenMpeg(reader, bytes),
        _ => SampleSource.Of(reader.Stream, reader.Kind, SampleRate, Channels, EncodingOf(reader), bytes, LfeChannel),
    };

    private SampleEncoding EncodingOf(ContainerReader reader)
    {
        int held = Block % Channels == 0 ? Block / Channels : 0, bits = Bits == 0 ? 8 * held : Bits;
        switch (Tag, bits)
        {
            case (ALaw, _):
                return new(SampleCodec.ALaw, 1);
            case (MuLaw, _):
                return new(SampleCodec.MuLaw, 1);
            case (Float, 32 or 64):
                return new(SampleCodec.Float, bits / 8);
            case (Pcm, 12 or (> 16 and <= 24)) when held == 4: // in a greater container; otherwise the block's size is wrong
                return new(SampleCodec.Signed, 4, Shift: IsExtensible ? 0 : SampleAlignment.ShiftOf(reader.Stream, bits));
            case (Pcm, >= 1 and <= 32):
                return bits <= 8 ? new(SampleCodec.Unsigned, 1) : new(SampleCodec.Signed, (bits + 7) / 8);
            default:
                throw reader.Unread($"format 0x{Tag:X4} with {Bits} bits");
        }
    }

    /// <summary>Whoever reads MPEG audio reads it here, too; how many frames there are is its word, not the fact chunk's.</summary>
    private static IAudioSource OpenMpeg(ContainerReader reader, long bytes)
    {
        if (bytes > reader.Left) throw reader.Broken($"is truncated: {reader.Left} of {bytes} bytes of MPEG audio are there");
        return AudioFile.OpenInside(new StreamPart(reader.Stream, reader.Position, bytes), reader);
    }

    private static short[] CoefficientsOf(ReadOnlySpan<byte> f)
    {
        int count = f.Length < 22 ? 0 : Math.Min(U16(f, 20), (f.Length - 22) / 4);
        short[] coefficients = new short[2 * count];
        for (int i = 0; i < coefficients.Length; i++) coefficients[i] = BinaryPrimitives.ReadInt16LittleEndian(f[(22 + 2 * i)..]);
        return coefficients;
    }

    private static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
}
