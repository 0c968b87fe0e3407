namespace AudioBsq.Decoding;

/// <summary>The number format of a sample.</summary>
internal enum SampleCodec
{
    /// <summary>Integers in two's complement.</summary>
    Signed,

    /// <summary>One byte, of which 128 is silence.</summary>
    Unsigned,

    /// <summary>IEEE floating point.</summary>
    Float,

    /// <summary>ITU-T G.711, European.</summary>
    ALaw,

    /// <summary>ITU-T G.711, American.</summary>
    MuLaw,
}

/// <summary>How a sample is written that is not compressed.</summary>
/// <param name="Codec">Number format.</param>
/// <param name="Bytes">Bytes of a sample; fewer valid bits than they hold are the highest ones.</param>
/// <param name="BigEndian">Whether the highest byte comes first.</param>
/// <param name="Shift">Bits above the valid ones, where those are the lowest of four bytes.</param>
internal readonly record struct SampleEncoding(SampleCodec Codec, int Bytes, bool BigEndian = false, int Shift = 0)
{
    /// <summary>For people, such as "16-bit" or "mu-law".</summary>
    public string Name => Codec switch
    {
        SampleCodec.ALaw => "A-law",
        SampleCodec.MuLaw => "mu-law",
        SampleCodec.Float => $"{Bytes * 8}-bit float",
        _ => $"{Bytes * 8 - Shift}-bit",
    };
}
