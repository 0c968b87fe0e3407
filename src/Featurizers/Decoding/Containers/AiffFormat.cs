using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>What a COMM chunk says.</summary>
/// <param name="Encoding">How samples are written.</param>
/// <param name="SampleRate">In Hz.</param>
/// <param name="Channels">Samples in one frame.</param>
/// <param name="Frames">As declared; 0 where a writer that could not seek back left it open.</param>
internal sealed record AiffFormat(SampleEncoding Encoding, int SampleRate, int Channels, uint Frames)
{
    /// <summary>Reads the chunk's body; AIFC has the kind of compression behind what AIFF has.</summary>
    public static AiffFormat Read(ContainerReader reader, long size, bool compressed)
    {
        int needed = compressed ? 22 : 18;
        if (size < needed) throw reader.Broken($"has a COMM chunk of {size} bytes; {needed} are needed");
        var body = reader.Take(needed);
        int channels = BinaryPrimitives.ReadUInt16BigEndian(body), bits = BinaryPrimitives.ReadUInt16BigEndian(body[6..]);
        uint frames = BinaryPrimitives.ReadUInt32BigEndian(body[2..]);
        int rate = RateOf(body[8..]);
        var encoding = EncodingOf(compressed ? System.Text.Encoding.Latin1.GetString(body[18..]) : "NONE", bits, reader);
        reader.CheckFormat(rate, channels);
        return new(encoding, rate, channels, frames);
    }

    /// <summary>An 80-bit float: sign and exponent, then 64 bits with the leading 1.</summary>
    private static int RateOf(ReadOnlySpan<byte> bytes)
    {
        int exponent = BinaryPrimitives.ReadUInt16BigEndian(bytes) - 16_383 - 63;
        double rate = Math.Round(Math.ScaleB(BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]), exponent));
        return rate <= int.MaxValue ? (int)rate : int.MaxValue;
    }

    private static SampleEncoding EncodingOf(string kind, int bits, ContainerReader reader)
    {
        int bytes = (bits + 7) / 8;
        SampleEncoding encoding = kind switch
        {
            "NONE" or "twos" => new(SampleCodec.Signed, bytes, BigEndian: true),
            "sowt" => new(SampleCodec.Signed, bytes),
            "in24" => new(SampleCodec.Signed, 3, BigEndian: true),
            "42ni" => new(SampleCodec.Signed, 3),
            "in32" => new(SampleCodec.Signed, 4, BigEndian: true),
            "23ni" => new(SampleCodec.Signed, 4),
            "raw " => new(SampleCodec.Unsigned, 1),
            "fl32" or "FL32" => new(SampleCodec.Float, 4, BigEndian: true),
            "fl64" or "FL64" => new(SampleCodec.Float, 8, BigEndian: true),
            "ulaw" or "ULAW" => new(SampleCodec.MuLaw, 1),
            "alaw" or "ALAW" => new(SampleCodec.ALaw, 1),
            _ => throw reader.Unread($"the compression '{kind}'"),
        };
        if (encoding.Codec == SampleCodec.Signed && encoding.Bytes is < 1 or > 4)
            throw reader.Broken($"declares samples of {bits} bits; there must be 1 to 32");
        return encoding;
    }
}
