using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>The format chunk of a WAV or W64 file (Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0).</summary>
/// <param name="Tag">Encoding; that of the sub-format where the chunk is extensible.</param>
/// <param name="Channels">Samples in one frame.</param>
/// <param name="SampleRate">In Hz.</param>
/// <param name="BlockBytes">Bytes of a frame, or of a block of a compressed encoding, as declared.</param>
/// <param name="Bits">Bits of a sample as declared.</param>
/// <param name="Speakers">Which loudspeakers the channels are for, in the order of bits; 0 where that is not said.</param>
/// <param name="Extra">What follows the first 16 bytes.</param>
internal sealed record WavFormat(int Tag, int Channels, int SampleRate, int BlockBytes, int Bits, uint Speakers, byte[] Extra)
{
    public const int Pcm = 1, MsAdpcm = 2, Float = 3, ALaw = 6, MuLaw = 7, ImaAdpcm = 0x11, Mpeg = 0x50, Mp3 = 0x55;

    private const int Extensible = 0xFFFE, MaxBytes = 1 << 12;

    private static ReadOnlySpan<byte> SubFormatTail => [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    /// <summary>Rate and channels as an <see cref="AudioFormat"/>.</summary>
    public AudioFormat Sound(long frames, string codec) =>
        new(SampleRate, Channels, frames, codec) { LfeChannel = ChannelMask.LfeOf(Speakers, Channels) };

    /// <summary>Reads the chunk's body of so many bytes.</summary>
    public static WavFormat Read(Stream stream, long size, string name)
    {
        if (size < 16) throw WavHeader.Broken(name, $"has a format of {size} bytes; 16 are needed");
        byte[] f = new byte[(int)Math.Min(size, MaxBytes)];
        stream.Fill(f, name);
        int tag = BinaryPrimitives.ReadUInt16LittleEndian(f), channels = BinaryPrimitives.ReadUInt16LittleEndian(f.AsSpan(2));
        uint mask = 0;
        if (tag == Extensible)
        {
            if (f.Length < 40) throw WavHeader.Broken(name, "has an extensible format without a sub-format");
            if (!f.AsSpan(26, 14).SequenceEqual(SubFormatTail))
                throw new NotSupportedException($"'{name}' is a WAV file of the unknown sub-format {new Guid(f.AsSpan(24, 16))}.");
            (tag, mask) = (BinaryPrimitives.ReadUInt16LittleEndian(f.AsSpan(24)), BinaryPrimitives.ReadUInt32LittleEndian(f.AsSpan(20)));
        }

        if (channels is < 1 or > CheckedAudioSource.MaxChannels)
            throw WavHeader.Broken(name, $"declares {channels} channels; there must be 1 to {CheckedAudioSource.MaxChannels}");
        return new WavFormat(
            tag,
            channels,
            BinaryPrimitives.ReadInt32LittleEndian(f.AsSpan(4)),
            BinaryPrimitives.ReadUInt16LittleEndian(f.AsSpan(12)),
            BinaryPrimitives.ReadUInt16LittleEndian(f.AsSpan(14)),
            mask,
            f[16..]);
    }

    /// <summary>
    /// How samples are written, or null for a compressed encoding. The bits decide, unless the declared frame has room for whole samples
    /// of more bytes, such as 24 bits in 4; some writers leave the frame's size 0 or wrong.
    /// </summary>
    public SampleLayout? Layout
    {
        get
        {
            bool isPlain = (Tag, Bits) is (Pcm, >= 1 and <= 32) or (Float, 32 or 64) or (ALaw or MuLaw, 8);
            if (!isPlain) return null;
            int bytes = (Bits + 7) / 8, declared = BlockBytes / Channels;
            if (Tag == Pcm && BlockBytes % Channels == 0 && declared > bytes && declared <= 4) bytes = declared;
            return new SampleLayout((WavCodec)Tag, bytes);
        }
    }
}
