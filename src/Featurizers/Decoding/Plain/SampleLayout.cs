using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AudioBsq.Decoding;

/// <summary>How the samples of an uncompressed file are written.</summary>
/// <param name="Codec">Number format.</param>
/// <param name="Bytes">Bytes of one sample. Fewer valid bits are the highest ones.</param>
/// <param name="BigEndian">Whether the highest byte comes first.</param>
internal readonly record struct SampleLayout(WavCodec Codec, int Bytes, bool BigEndian = false)
{
    /// <summary>Name for people, such as "16-bit".</summary>
    public string Name => Codec switch
    {
        WavCodec.Float => $"{Bytes * 8}-bit float",
        WavCodec.ALaw => "A-law",
        WavCodec.MuLaw => "mu-law",
        _ => $"{Bytes * 8}-bit",
    };

    /// <summary>
    /// Converts as many samples as <paramref name="samples"/> holds; <paramref name="bytes"/> holds them exactly, and may be changed.
    /// </summary>
    public void ToSingles(Span<byte> bytes, Span<float> samples)
    {
        if (BigEndian) ReverseBytes(bytes);
        if (Codec == WavCodec.SignedByte)
        {
            for (int i = 0; i < samples.Length; i++) samples[i] = (sbyte)bytes[i] * (1f / 128);
            return;
        }

        WavSamples.ToSingles(bytes, Codec, samples);
    }

    private void ReverseBytes(Span<byte> bytes)
    {
        switch (Bytes)
        {
            case 2:
                var shorts = MemoryMarshal.Cast<byte, short>(bytes);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 3:
                for (int i = 0; i < bytes.Length; i += 3) (bytes[i], bytes[i + 2]) = (bytes[i + 2], bytes[i]);
                break;
            case 4:
                var ints = MemoryMarshal.Cast<byte, int>(bytes);
                BinaryPrimitives.ReverseEndianness(ints, ints);
                break;
            case 8:
                var longs = MemoryMarshal.Cast<byte, long>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }
}
