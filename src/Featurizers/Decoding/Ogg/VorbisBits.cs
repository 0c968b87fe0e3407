namespace AudioBsq.Decoding;

/// <summary>Reads a Vorbis packet bit by bit, the lowest of each byte first (Vorbis I, section 2).</summary>
internal ref struct VorbisBits(ReadOnlySpan<byte> packet)
{
    private readonly ReadOnlySpan<byte> _packet = packet;
    private int _at;

    /// <summary>Whether there are this many more bits.</summary>
    public readonly bool Has(long bits) => _at + bits <= 8L * _packet.Length;

    /// <summary>The next bits, up to 32, as a number.</summary>
    /// <exception cref="EndOfStreamException">The packet ends before.</exception>
    public uint Read(int bits)
    {
        if (!Has(bits)) throw new EndOfStreamException("the packet ends too early");
        uint value = 0;
        for (int done = 0; done < bits;)
        {
            int shift = _at & 7, count = Math.Min(8 - shift, bits - done);
            value |= (uint)(_packet[_at >> 3] >> shift & (1 << count) - 1) << done;
            (_at, done) = (_at + count, done + count);
        }

        return value;
    }

    /// <summary>The next bit.</summary>
    public bool ReadFlag() => Read(1) != 0;

    /// <summary>Passes over bits.</summary>
    public void Skip(long bits)
    {
        if (!Has(bits)) throw new EndOfStreamException("the packet ends too early");
        _at += (int)bits;
    }
}
