namespace AudioBsq.Decoding;

/// <summary>The samples of one FLAC frame, channel by channel, in buffers that are used again for the next one.</summary>
internal sealed class FlacBlock(FlacStreamInfo info)
{
    private readonly int[][] _channels = [.. Enumerable.Repeat<int[]>([], info.Channels)];
    private int[] _residual = [];
    private long[] _side = [];

    /// <summary>Samples of one channel.</summary>
    public int Length { get; private set; }

    /// <summary>Decodes what follows a frame's header, without the checksum behind it.</summary>
    public void Read(FlacBitReader reader, FlacFrameHeader header)
    {
        Length = header.BlockSize;
        if (_residual.Length < Length) _residual = new int[Length];
        for (int c = 0; c < _channels.Length; c++)
        {
            if (_channels[c].Length < Length) _channels[c] = new int[Length];
            int bits = info.Bits + (IsSide(header.Stereo, c) ? 1 : 0);
            if (bits > 32)
            {
                if (_side.Length < Length) _side = new long[Length];
                FlacSubframe.Read(reader, bits, _side.AsSpan(0, Length), _residual.AsSpan(0, Length));
            }
            else
            {
                FlacSubframe.Read(reader, bits, _channels[c].AsSpan(0, Length), _residual.AsSpan(0, Length));
            }
        }

        if (!reader.Align()) throw new InvalidDataException("the padding behind a block is not zero");
        if (header.Stereo != FlacStereo.Independent) Decorrelate(header.Stereo, wide: info.Bits == 32);
    }

    /// <summary>Writes frame after frame; full scale becomes −1 … 1.</summary>
    public void ToSingles(Span<float> interleaved)
    {
        float scale = 1f / (1L << (info.Bits - 1));
        for (int c = 0; c < _channels.Length; c++)
        {
            var samples = _channels[c].AsSpan(0, Length);
            for (int i = 0, at = c; i < samples.Length; i++, at += _channels.Length) interleaved[at] = samples[i] * scale;
        }
    }

    /// <summary>
    /// Writes the bytes that the MD5 covers: frame after frame, little-endian, in whole bytes. Returns the number of bytes.
    /// </summary>
    public int ToBytes(Span<byte> bytes)
    {
        int size = (info.Bits + 7) / 8, stride = size * _channels.Length;
        for (int c = 0; c < _channels.Length; c++)
        {
            var samples = _channels[c].AsSpan(0, Length);
            for (int i = 0, at = c * size; i < samples.Length; i++, at += stride)
            {
                bytes[at] = (byte)samples[i];
                for (int b = 1; b < size; b++) bytes[at + b] = (byte)(samples[i] >> (8 * b));
            }
        }

        return Length * stride;
    }

    private static bool IsSide(FlacStereo stereo, int channel) => stereo switch
    {
        FlacStereo.Independent => false,
        FlacStereo.SideRight => channel == 0,
        _ => channel == 1,
    };

    /// <summary>Section 4.2: side is left − right; mid is (left + right) / 2, whose lost half is the side's lowest bit.</summary>
    private void Decorrelate(FlacStereo stereo, bool wide)
    {
        int[] first = _channels[0], second = _channels[1];
        int[] side = stereo == FlacStereo.SideRight ? first : second;
        for (int i = 0; i < Length; i++)
        {
            long difference = wide ? _side[i] : side[i];
            switch (stereo)
            {
                case FlacStereo.LeftSide:
                    second[i] = (int)(first[i] - difference);
                    break;
                case FlacStereo.SideRight:
                    first[i] = (int)(second[i] + difference);
                    break;
                default:
                    long sum = (long)first[i] << 1 | difference & 1;
                    (first[i], second[i]) = ((int)((sum + difference) >> 1), (int)((sum - difference) >> 1));
                    break;
            }
        }
    }
}
