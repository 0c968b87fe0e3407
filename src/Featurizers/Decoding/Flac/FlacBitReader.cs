using System.Buffers.Binary;
using System.Numerics;

namespace AudioBsq.Decoding;

/// <summary>
/// Bits of a stream, highest first, through a buffer of fixed size, with the CRC-16 of what was read since <see cref="BeginFrame"/>.
/// Running out of data is an <see cref="EndOfStreamException"/>.
/// </summary>
internal sealed class FlacBitReader(Stream stream)
{
    private const int BufferBytes = 1 << 16;
    private const int LongestRun = 1 << 30;

    private readonly byte[] _buffer = new byte[BufferBytes];

    // The next _have bits are the highest of _bits; bits below them are either 0 or true stream bits that will be read again.
    private ulong _bits;
    private int _have, _position, _end, _crcFrom;
    private ushort _crc;

    /// <summary>Whether the stream ends here. Only between frames, where the next bit starts a byte.</summary>
    public bool AtEnd => _have == 0 && _position == _end && !Load();

    /// <summary>Where the next byte stands in the stream. Only between frames.</summary>
    public long Place => stream.Position - (_end - _position) - _have / 8;

    /// <summary>Whether the next bytes are those that every frame starts with. Only between frames.</summary>
    public bool AtFrame
    {
        get
        {
            while (_have < 16)
            {
                if (_position == _end && !Load()) return false;
                Fill();
            }

            return _bits >> 49 == 0x7FFC; // 15 bits
        }
    }

    /// <summary>Restarts the checksum.</summary>
    public void BeginFrame() => (_crc, _crcFrom) = (0, _position - _have / 8);

    /// <summary>Skips to a byte boundary; false if a skipped bit is set.</summary>
    public bool Align() => Read(_have & 7) == 0;

    /// <summary>CRC-16 of all bytes since <see cref="BeginFrame"/>.</summary>
    public ushort FrameCrc() => FlacCrc.Crc16(_crc, _buffer.AsSpan(_crcFrom, _position - _have / 8 - _crcFrom));

    /// <summary>The next 0 to 32 bits.</summary>
    public uint Read(int count)
    {
        while (_have < count) Fill();
        uint value = (uint)(_bits >> 1 >> (63 - count));
        _bits <<= count;
        _have -= count;
        return value;
    }

    /// <summary>The next 1 to 33 bits as a number in two's complement.</summary>
    public long ReadSigned(int count)
    {
        if (count > 32) return (long)ReadSigned(count - 32) << 32 | Read(32);
        return (int)(Read(count) << (32 - count)) >> (32 - count);
    }

    /// <summary>Counts the 0 bits in front of the next 1, and skips them and it.</summary>
    public int ReadRun()
    {
        for (int run = 0; ; (_bits, _have) = (0, 0))
        {
            if (_have == 0) Fill();
            int zeros = BitOperations.LeadingZeroCount(_bits);
            if (zeros < _have)
            {
                _bits = _bits << zeros << 1;
                _have -= zeros + 1;
                return run + zeros;
            }

            run += _have;
            if (run > LongestRun) throw new InvalidDataException("a run of zero bits has no end");
        }
    }

    /// <summary>
    /// Fills <paramref name="values"/> with Rice codes: a run, then <paramref name="parameter"/> bits; even numbers mean 0, 1, 2 …,
    /// odd ones −1, −2 … (RFC 9639, section 9.2.7.1). Nearly all the time of a decoder is spent here.
    /// </summary>
    public void ReadRice(int parameter, Span<int> values)
    {
        while (!values.IsEmpty)
        {
            values = values[ReadRiceInBuffer(parameter, values)..];
            if (values.IsEmpty) return;
            // The end of the buffer is near, or a code is longer than 55 bits.
            values[0] = Unfold((uint)ReadRun() << parameter | Read(parameter));
            values = values[1..];
        }
    }

    private int ReadRiceInBuffer(int parameter, Span<int> values)
    {
        byte[] buffer = _buffer;
        ulong bits = _bits;
        int have = _have, position = _position, last = _end - 8, done = 0;
        for (; done < values.Length && position <= last; done++)
        {
            bits |= BinaryPrimitives.ReadUInt64BigEndian(buffer.AsSpan(position)) >> have;
            position += (63 - have) >> 3;
            have |= 56;
            int run = BitOperations.LeadingZeroCount(bits), length = run + 1 + parameter;
            if (length > have) break;
            values[done] = Unfold((uint)run << parameter | (uint)(bits << run << 1 >> 1 >> (63 - parameter)));
            bits <<= length;
            have -= length;
        }

        (_bits, _have, _position) = (bits, have, position);
        return done;
    }

    private static int Unfold(uint folded) => (int)(folded >> 1) ^ -(int)(folded & 1);

    /// <summary>Adds at least one byte to fewer than 56 bits; leaves at most 63.</summary>
    private void Fill()
    {
        if (_position + 8 <= _end)
        {
            _bits |= BinaryPrimitives.ReadUInt64BigEndian(_buffer.AsSpan(_position)) >> _have;
            _position += (63 - _have) >> 3;
            _have |= 56;
            return;
        }

        if (_position == _end && !Load()) throw new EndOfStreamException();
        for (; _have < 56 && _position < _end; _have += 8) _bits |= (ulong)_buffer[_position++] << (56 - _have);
    }

    /// <summary>Gets more bytes behind those that are not consumed yet; what leaves the buffer enters the checksum.</summary>
    private bool Load()
    {
        int keep = Math.Max(_crcFrom, _position - 8);
        _crc = FlacCrc.Crc16(_crc, _buffer.AsSpan(_crcFrom, keep - _crcFrom));
        _buffer.AsSpan(keep, _end - keep).CopyTo(_buffer);
        (_position, _end, _crcFrom) = (_position - keep, _end - keep, 0);
        int got = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += got;
        return got > 0;
    }
}
