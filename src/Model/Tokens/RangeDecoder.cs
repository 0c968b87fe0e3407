namespace AudioBsq.Tokens;

/// <summary>The inverse of <see cref="RangeEncoder"/>. After the last byte it reads zeros, so any bytes decode to some bits.</summary>
internal ref struct RangeDecoder
{
    private ReadOnlySpan<byte> _bytes;
    private uint _range = uint.MaxValue, _code;

    public RangeDecoder(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        for (int i = 0; i < 4; i++) _code = (_code << 8) | Next();
    }

    /// <param name="one">The probability of 1, as for <see cref="RangeEncoder.Encode"/>.</param>
    public int Decode(int one)
    {
        uint bound = (_range >> 16) * (uint)one;
        int bit = _code < bound ? 1 : 0;
        if (bit == 1)
        {
            _range = bound;
        }
        else
        {
            _code -= bound;
            _range -= bound;
        }

        for (; _range < 1 << 24; _range <<= 8) _code = (_code << 8) | Next();
        return bit;
    }

    private byte Next()
    {
        if (_bytes.IsEmpty) return 0;
        byte next = _bytes[0];
        _bytes = _bytes[1..];
        return next;
    }
}
