using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>A WAV encoding of four bits a sample, in blocks that each start anew.</summary>
internal abstract class AdpcmBlocks
{
    private const int MaxBlockBytes = 1 << 16;

    protected AdpcmBlocks(WavFormat format, int headerBytes, string name)
    {
        (Channels, BlockBytes, HeaderBytes) = (format.Channels, format.BlockBytes, headerBytes * format.Channels);
        bool isPossible = format.Channels <= 2 && BlockBytes > HeaderBytes && BlockBytes <= MaxBlockBytes;
        if (!isPossible) throw WavHeader.Broken(name, $"declares ADPCM blocks of {BlockBytes} bytes for {Channels} channels");
    }

    public int Channels { get; }

    /// <summary>Bytes of every block but the last, which may be shorter.</summary>
    public int BlockBytes { get; }

    /// <summary>Bytes that start a block.</summary>
    protected int HeaderBytes { get; }

    /// <summary>Frames of a block of so many bytes; 0 where it is no block.</summary>
    public abstract int FramesOf(int blockBytes);

    /// <summary>Decodes a block into as many frames as <see cref="FramesOf"/> says.</summary>
    public abstract void Decode(ReadOnlySpan<byte> block, Span<short> interleaved);

    protected static short Int16At(ReadOnlySpan<byte> block, int at) => BinaryPrimitives.ReadInt16LittleEndian(block[at..]);

    protected static short Clip(int sample) => (short)Math.Clamp(sample, short.MinValue, short.MaxValue);
}
