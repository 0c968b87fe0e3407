using System.Buffers.Binary;
using System.Text;

namespace AudioBsq.Decoding;

/// <summary>The common chunk: how samples are written.</summary>
/// <param name="Layout">How samples are written.</param>
/// <param name="Channels">Samples in one frame.</param>
/// <param name="Frames">As declared; 0 from writers that cannot seek back.</param>
/// <param name="SampleRate">In Hz.</param>
/// <param name="Codec">Name for people.</param>
internal sealed record AiffCommon(SampleLayout Layout, int Channels, long Frames, int SampleRate, string Codec)
{
    public static AiffCommon Read(Stream stream, long size, string name)
    {
        if (size < 18) throw AiffDecoder.Broken(name, $"has a common chunk of {size} bytes; 18 are needed");
        var c = stream.Fill(new byte[(int)Math.Min(size, 22)], name);
        int channels = BinaryPrimitives.ReadInt16BigEndian(c), bits = BinaryPrimitives.ReadInt16BigEndian(c[6..]);
        string kind = c.Length >= 22 ? Encoding.Latin1.GetString(c[18..22]) : "NONE";
        if (channels is < 1 or > CheckedAudioSource.MaxChannels)
            throw AiffDecoder.Broken(name, $"declares {channels} channels; there must be 1 to {CheckedAudioSource.MaxChannels}");
        var layout = LayoutOf(kind, bits) ?? throw new NotSupportedException(
            $"'{name}' is an AIFC file of encoding '{kind}' with {bits} bits, which is not read here: convert it to PCM.");
        return new AiffCommon(
            layout,
            channels,
            BinaryPrimitives.ReadUInt32BigEndian(c[2..]),
            StreamBytes.ToRate(StreamBytes.ToExtended(c[8..])),
            $"{(c.Length >= 22 ? "AIFC" : "AIFF")} {layout.Name}");
    }

    private static SampleLayout? LayoutOf(string kind, int bits)
    {
        int bytes = (bits + 7) / 8;
        return (kind, bytes) switch
        {
            ("NONE" or "twos" or "sowt", 1) => new SampleLayout(WavCodec.SignedByte, 1),
            ("raw ", _) => new SampleLayout(WavCodec.Pcm, 1),
            ("NONE" or "twos", >= 2 and <= 4) => new SampleLayout(WavCodec.Pcm, bytes, BigEndian: true),
            ("sowt", >= 2 and <= 4) => new SampleLayout(WavCodec.Pcm, bytes),
            ("in24", _) => new SampleLayout(WavCodec.Pcm, 3, BigEndian: true),
            ("in32", _) => new SampleLayout(WavCodec.Pcm, 4, BigEndian: true),
            ("fl32" or "FL32", _) => new SampleLayout(WavCodec.Float, 4, BigEndian: true),
            ("fl64" or "FL64", _) => new SampleLayout(WavCodec.Float, 8, BigEndian: true),
            ("ulaw" or "ULAW", _) => new SampleLayout(WavCodec.MuLaw, 1),
            ("alaw" or "ALAW", _) => new SampleLayout(WavCodec.ALaw, 1),
            _ => null,
        };
    }
}
