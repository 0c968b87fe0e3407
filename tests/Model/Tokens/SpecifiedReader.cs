using System.Numerics;
using System.Text;

namespace AudioBsq.Tests.Model.Tokens;

/// <summary>
/// A second reader of whole containers, written from docs/absq-format.md and by other means than the library's: bits are cut from one large
/// number, and the range coder is followed from the encoder's side.
/// </summary>
internal sealed class SpecifiedReader : IDisposable
{
    private readonly BinaryReader _reader;
    private int _tokensPerStep, _bits, _coding;

    private SpecifiedReader(byte[] file) => _reader = new BinaryReader(new MemoryStream(file));

    public string Fingerprint { get; private set; } = "";

    public string Name { get; private set; } = "";

    public Dictionary<string, string> Metadata { get; } = [];

    public uint SampleRate { get; private set; }

    public ulong Samples { get; private set; }

    public List<int> Tokens { get; } = [];

    public List<int> PayloadSizes { get; } = [];

    public static SpecifiedReader Read(byte[] file)
    {
        using var read = new SpecifiedReader(file);
        read.ReadFile(file);
        return read;
    }

    public void Dispose() => _reader.Dispose();

    private void ReadFile(byte[] file)
    {
        Equal([0x89, 0x41, 0x42, 0x53, 0x51, 0x0D, 0x0A, 0x1A], _reader.ReadBytes(8));
        Assert.Equal(1, _reader.ReadUInt16());
        int header = _reader.ReadUInt16();
        byte[] facts = _reader.ReadBytes(32);
        ulong early = _reader.ReadUInt64();
        Name = Text();
        for (int count = _reader.ReadUInt16(); count > 0; count--) Metadata.Add(Text(), Text());
        Sum(file, 0);
        Assert.Equal(header, _reader.BaseStream.Position);

        var fact = new BinaryReader(new MemoryStream(facts));
        Fingerprint = string.Concat(fact.ReadBytes(16).Select(part => part.ToString("x2")));
        SampleRate = fact.ReadUInt32();
        uint hop = fact.ReadUInt32();
        int framesPerStep = fact.ReadUInt16();
        (_tokensPerStep, int stepsPerChunk, _bits, _coding) = (fact.ReadUInt16(), fact.ReadUInt16(), fact.ReadByte(), fact.ReadByte());

        _reader.BaseStream.Position = file.Length - 60 + 32;
        Samples = _reader.ReadUInt64();
        uint chunks = _reader.ReadUInt32();
        if (early != ulong.MaxValue) Assert.Equal(Samples, early);
        ulong frames = Samples == 0 ? 0 : 1 + Samples / hop;
        int left = (int)Math.Ceiling((double)frames / framesPerStep);
        Assert.Equal((uint)Math.Ceiling((double)left / stepsPerChunk), chunks);

        _reader.BaseStream.Position = header;
        for (uint number = 0; number < chunks; number++)
        {
            int steps = Math.Min(left, stepsPerChunk);
            ReadChunk(file, number, steps);
            left -= steps;
        }

        int index = (int)_reader.BaseStream.Position;
        Equal([0xAB, 0x49], _reader.ReadBytes(2));
        foreach (int size in PayloadSizes) Assert.Equal(size, _reader.ReadUInt16());
        Sum(file, index);

        Assert.Equal(file.Length - 60, _reader.BaseStream.Position);
        Equal(facts, _reader.ReadBytes(32));
        _reader.ReadBytes(12);
        Assert.Equal(1u, _reader.ReadUInt32());
        Sum(file, file.Length - 60);
        Equal([0x89, 0x45, 0x4E, 0x44, 0x0D, 0x0A, 0x1A, 0x0A], _reader.ReadBytes(8));
    }

    private void ReadChunk(byte[] file, uint number, int steps)
    {
        int start = (int)_reader.BaseStream.Position;
        Equal([0xAB, 0x43], _reader.ReadBytes(2));
        Assert.Equal(number, _reader.ReadUInt32());
        Assert.Equal(steps, _reader.ReadUInt16());
        byte[] payload = _reader.ReadBytes(_reader.ReadUInt16());
        Sum(file, start);
        PayloadSizes.Add(payload.Length);
        int count = steps * _tokensPerStep, packed = (int)Math.Ceiling(count * (double)_bits / 8);
        if (payload.Length == packed) Unpack(payload, count);
        else Decode(payload, count);
        if (payload.Length == packed) return;
        Assert.Equal(1, _coding);
        Assert.InRange(payload.Length, (count + 63) / 64, packed - 1);
    }

    private void Unpack(byte[] payload, int count)
    {
        var number = new BigInteger(payload, isUnsigned: true);
        for (int i = 0; i < count; i++)
        {
            Tokens.Add((int)(number % (BigInteger.One << _bits)));
            number >>= _bits;
        }

        Assert.True(number.IsZero);
    }

    // The payload is one long number below 1, and the bits are those whose ranges it lies in. All is kept in units that shrink by 256.
    private void Decode(byte[] payload, int count)
    {
        int first = Tokens.Count, taken = 4;
        BigInteger low = 0, value = Beginning(payload, taken);
        long range = 0xFFFFFFFF;
        var small = new Dictionary<(int, int, int), (int P, int N)>();
        var large = new Dictionary<(int, int, int, int), (int P, int N)>();
        for (int i = 0; i < count; i++)
        {
            int token = 0;
            for (int b = 0; b < _bits; b++)
            {
                int above = b == 0 ? 0 : token % 2;
                int below = i % _tokensPerStep == 0 ? 2 : BitOf(Tokens[first + i - 1], b);
                int before = i < _tokensPerStep ? 2 : BitOf(Tokens[first + i - _tokensPerStep], b);
                var (one, two) = (
                    small.GetValueOrDefault((b, below, above), (32768, 0)), large.GetValueOrDefault((b, below, before, above), (32768, 0)));
                long bound = range / 65536 * Math.Min(65504, Math.Max(32, (one.Item1 + two.Item1) / 2));
                int bit = value < low + bound ? 1 : 0;
                (low, range) = bit == 1 ? (low, bound) : (low + bound, range - bound);
                for (; range < 0x1000000; range *= 256)
                    (low, value) = (low * 256, value * 256 + (taken < payload.Length ? payload[taken++] : 0));
                small[(b, below, above)] = Learned(one, bit);
                large[(b, below, before, above)] = Learned(two, bit);
                token = token * 2 + bit;
            }

            Tokens.Add(token);
        }
    }

    private static BigInteger Beginning(byte[] payload, int bytes)
    {
        BigInteger value = 0;
        for (int i = 0; i < bytes; i++) value = value * 256 + (i < payload.Length ? payload[i] : 0);
        return value;
    }

    private static (int, int) Learned((int P, int N) context, int bit)
    {
        int n = Math.Min(30, context.N + 1);
        return (context.P + (bit * 65536 - context.P) * 2 / (2 * n + 3), n);
    }

    private int BitOf(int token, int b) => (token >> (_bits - 1 - b)) % 2;

    private string Text() => Encoding.UTF8.GetString(_reader.ReadBytes(_reader.ReadUInt16()));

    private void Sum(byte[] file, int start)
    {
        uint crc = 0xFFFFFFFF;
        for (int i = start; i < _reader.BaseStream.Position; i++)
        {
            crc ^= file[i];
            for (int bit = 0; bit < 8; bit++) crc = crc % 2 == 1 ? (crc / 2) ^ 0xEDB88320 : crc / 2;
        }

        Assert.Equal(~crc, _reader.ReadUInt32());
    }

    private static void Equal(byte[] expected, byte[] found) => Assert.Equal(expected, found);
}
