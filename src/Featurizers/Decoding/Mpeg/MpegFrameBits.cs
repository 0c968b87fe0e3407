using NLayer;

namespace AudioBsq.Decoding;

/// <summary>
/// A frame as NLayer reads it, with all of its own bits. Layer III spreads them over the frames before ("bit reservoir", ISO/IEC 11172-3,
/// section 2.4.3.4): they are put together here, so that NLayer need not remember any.
/// </summary>
internal sealed class MpegFrameBits : IMpegFrame
{
    /// <summary>The most that a frame may have in those before it.</summary>
    private const int MaxBorrowed = 511;

    /// <summary>Zeros behind each frame: NLayer looks ahead.</summary>
    private const int Slack = 8;

    /// <summary>Size of NLayer's ring of bits. Behind a frame that ends where the ring does, the next is taken for the first.</summary>
    private const int RingBytes = 8192;

    private const int ShortBlockRate = 8000;

    private readonly byte[] _bits = new byte[MpegFrameHeader.MaxLength + MaxBorrowed + Slack + 1];
    private readonly byte[] _reservoir = new byte[MaxBorrowed + MpegFrameHeader.MaxLength];
    private MpegFrameHeader _header;
    private int _saved, _at, _length, _ring;

    public int SampleRate => _header.SampleRate;

    public int SampleRateIndex => _header.SampleRateIndex;

    public int FrameLength => MpegFrameHeader.Bytes + _length;

    public int BitRate => _header.BitRate;

    public MpegVersion Version => _header.Version;

    public MpegLayer Layer => _header.Layer;

    public MpegChannelMode ChannelMode => _header.ChannelMode;

    public int ChannelModeExtension => _header.ChannelModeExtension;

    public int SampleCount => _header.Samples;

    public int BitRateIndex => _header.BitRateIndex;

    public bool IsCopyrighted => _header.IsCopyrighted;

    public bool HasCrc => false; // it is left out of the bits

    public bool IsCorrupted => false;

    public void Reset() => _at = 0;

    /// <summary>Zeros behind the frame's end.</summary>
    public int ReadBits(int bitCount)
    {
        int bits = 0;
        for (int left = bitCount; left > 0;)
        {
            int used = _at & 7, count = Math.Min(left, 8 - used), position = _at >> 3;
            int octet = position < _length ? _bits[position] : 0;
            bits = bits << count | (octet >> (8 - used - count) & ((1 << count) - 1));
            (_at, left) = (_at + count, left - count);
        }

        return bits;
    }

    /// <summary>Forgets the frames before, as NLayer does when it is reset.</summary>
    public void Clear() => (_saved, _ring) = (0, 0);

    /// <summary>
    /// The next frame. One that borrows bits of frames which are not there, at the start of a stream that was cut out of another one,
    /// is silent.
    /// </summary>
    /// <exception cref="NotSupportedException">NLayer would decode the frame wrongly.</exception>
    public void Set(MpegFrameHeader header, ReadOnlySpan<byte> frame)
    {
        _header = header;
        var content = frame[header.ContentStart..];
        if (header.Layer == MpegLayer.LayerIII)
        {
            SetLayerIII(content[..header.SideBytes], content[header.SideBytes..]);
        }
        else
        {
            content.CopyTo(_bits);
            _length = content.Length;
        }
    }

    private void SetLayerIII(ReadOnlySpan<byte> side, ReadOnlySpan<byte> main)
    {
        int borrowed = _header.IsVersion1 ? side[0] << 1 | side[1] >> 7 : side[0];
        var bits = _bits.AsSpan();
        bits.Clear();
        if (borrowed <= _saved)
        {
            side.CopyTo(bits);
            bits[0] = 0; // all bits are in this frame
            if (_header.IsVersion1) bits[1] &= 0x7F;
            _reservoir.AsSpan(_saved - borrowed, borrowed).CopyTo(bits[side.Length..]);
            main.CopyTo(bits[(side.Length + borrowed)..]);
        }

        int bytes = Math.Min(borrowed, _saved) + main.Length + Slack;
        if ((_ring + bytes) % RingBytes == 0) bytes++;
        _ring = (_ring + bytes) % RingBytes;
        _length = side.Length + bytes;
        Save(main);
        if (_header.SampleRate == ShortBlockRate) RefuseShortBlocks();
    }

    /// <summary>
    /// NLayer 3.0.1 changes the Huffman table behind 36 lines of a short block, as is right at other rates; at 8 kHz it is behind 72.
    /// </summary>
    private void RefuseShortBlocks()
    {
        Reset();
        ReadBits(_header.Channels == 1 ? 9 : 10); // borrowed bytes and private bits
        for (int channel = 0; channel < _header.Channels; channel++)
        {
            ReadBits(12);
            int pairs = ReadBits(9);
            ReadBits(17);
            bool isSwitched = ReadBits(1) == 1, isShort = ReadBits(2) == 2;
            ReadBits(1);
            bool isOneTable = ReadBits(5) == ReadBits(5);
            ReadBits(11);
            if (isSwitched && isShort && !isOneTable && pairs > 18)
            {
                throw new NotSupportedException(
                    $"MPEG audio of {ShortBlockRate} Hz with short blocks is not read here: convert it to FLAC or WAV");
            }
        }
    }

    private void Save(ReadOnlySpan<byte> main)
    {
        main.CopyTo(_reservoir.AsSpan(_saved));
        int all = _saved + main.Length, kept = Math.Min(all, MaxBorrowed);
        _reservoir.AsSpan(all - kept, kept).CopyTo(_reservoir);
        _saved = kept;
    }
}
