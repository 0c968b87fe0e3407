namespace AudioBsq.Tokens;

/// <summary>A binary range coder like that of LZMA, in integers only: encodes bits of given probabilities.</summary>
internal sealed class RangeEncoder
{
    private readonly List<byte> _bytes = [];
    private ulong _low;
    private uint _range = uint.MaxValue;
    private long _waiting; // bytes of 0xFF after the first one: a carry may still change them
    private byte _first;
    private bool _any;

    /// <param name="bit">0 or 1.</param>
    /// <param name="one">The probability of 1, in parts of 65,536; from 1 to 65,535.</param>
    public void Encode(int bit, int one)
    {
        uint bound = (_range >> 16) * (uint)one;
        if (bit == 1)
        {
            _range = bound;
        }
        else
        {
            _low += bound;
            _range -= bound;
        }

        for (; _range < 1 << 24; _range <<= 8) Shift();
    }

    /// <summary>The bytes, without zeros at the end, which the decoder adds.</summary>
    public byte[] Finish()
    {
        // Any number in the range can be written: choose the one that ends in the most zeros.
        for (int zeros = 32; ; zeros--)
        {
            ulong mask = (1UL << zeros) - 1, number = (_low + mask) & ~mask;
            if (number >= _low + _range) continue;
            _low = number;
            break;
        }

        for (int i = 0; i < 5; i++) Shift();
        int count = _bytes.Count;
        while (count > 0 && _bytes[count - 1] == 0) count--;
        return [.. _bytes.Take(count)];
    }

    private void Shift()
    {
        if (_low < 0xFF00_0000 || _low > uint.MaxValue)
        {
            byte carry = (byte)(_low >> 32);
            if (_any) _bytes.Add((byte)(_first + carry)); // the very first is always 0 and not written
            for (; _waiting > 0; _waiting--) _bytes.Add((byte)(0xFF + carry));
            (_first, _any) = ((byte)(_low >> 24), true);
        }
        else
        {
            _waiting++;
        }

        _low = (_low & 0x00FF_FFFF) << 8;
    }
}
