using NLayer;

namespace AudioBsq.Decoding;

/// <summary>A frame as NLayer asks for it, bit by bit from behind its header.</summary>
internal sealed class MpegFrame : IMpegFrame
{
    private MpegHeader _header;
    private ReadOnlyMemory<byte> _bytes;
    private int _bit;

    /// <summary>Goes on to another frame.</summary>
    public void Set(MpegHeader header, ReadOnlyMemory<byte> bytes)
    {
        (_header, _bytes) = (header, bytes);
        Reset();
    }

    public int SampleRate => _header.SampleRate;

    public int SampleRateIndex => _header.SampleRateIndex;

    public int FrameLength => _header.FrameBytes;

    public int BitRate => _header.BitRate;

    public MpegVersion Version => _header.Version;

    public MpegLayer Layer => _header.Layer;

    public MpegChannelMode ChannelMode => _header.Mode;

    public int ChannelModeExtension => _header.ModeExtension;

    public int SampleCount => _header.Samples;

    public int BitRateIndex => _header.BitRateIndex;

    public bool IsCopyrighted => false;

    public bool HasCrc => _header.HasCrc;

    public bool IsCorrupted => false;

    public void Reset() => _bit = 8 * (MpegHeader.Length + (HasCrc ? 2 : 0));

    public int ReadBits(int count)
    {
        var bytes = _bytes.Span;
        if (_bit + count > 8 * bytes.Length) return -1;
        int value = 0;
        for (int left = count; left > 0;)
        {
            int inByte = Math.Min(left, 8 - (_bit & 7));
            value = value << inByte | bytes[_bit >> 3] >> (8 - (_bit & 7) - inByte) & (1 << inByte) - 1;
            (_bit, left) = (_bit + inByte, left - inByte);
        }

        return value;
    }
}
