using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>What a desc chunk says.</summary>
/// <param name="Encoding">How samples are written.</param>
/// <param name="SampleRate">In Hz.</param>
/// <param name="Channels">Samples in one frame.</param>
/// <param name="Bits">Valid bits of a sample.</param>
internal sealed record CafFormat(SampleEncoding Encoding, int SampleRate, int Channels, int Bits)
{
    private const uint IsFloat = 1, IsLittleEndian = 2;

    public static CafFormat Read(ContainerReader reader, long size)
    {
        if (size < 32) throw reader.Broken($"has a desc chunk of {size} bytes; 32 are needed");
        var body = reader.Take(32);
        double rate = BinaryPrimitives.ReadDoubleBigEndian(body);
        string kind = System.Text.Encoding.Latin1.GetString(body[8..12]);
        uint flags = BinaryPrimitives.ReadUInt32BigEndian(body[12..]), packet = BinaryPrimitives.ReadUInt32BigEndian(body[16..]);
        int channels = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(body[24..]), int.MaxValue);
        int bits = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(body[28..]), int.MaxValue);
        int whole = rate is > 0 and <= int.MaxValue ? (int)Math.Round(rate) : 0;
        reader.CheckFormat(whole, channels);
        int bytes = packet % channels == 0 ? (int)(packet / channels) : 0;
        bool little = (flags & IsLittleEndian) != 0;
        SampleEncoding encoding = kind switch
        {
            "ulaw" => new(SampleCodec.MuLaw, 1),
            "alaw" => new(SampleCodec.ALaw, 1),
            "lpcm" when (flags & IsFloat) == 0 => new(SampleCodec.Signed, bytes, !little),
            "lpcm" => new(SampleCodec.Float, bytes, !little),
            _ => throw reader.Unread($"the format '{kind}'"),
        };
        bool known = encoding.Codec switch
        {
            SampleCodec.Signed => bytes is >= 1 and <= 4 && bits >= 1 && bits <= bytes * 8,
            SampleCodec.Float => bytes is 4 or 8,
            _ => true,
        };
        return known
            ? new(encoding, whole, channels, bits)
            : throw reader.Broken($"declares packets of {packet} bytes for {channels} channels of {bits} bits");
    }
}
