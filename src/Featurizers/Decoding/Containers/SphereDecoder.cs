using System.Globalization;
using System.Text;

namespace AudioBsq.Decoding;

/// <summary>NIST SPHERE, as speech corpora come in: 16- to 32-bit PCM of either byte order, mu-law and A-law, not shorten.</summary>
internal sealed class SphereDecoder : IAudioDecoder
{
    private const int LongestHeader = 1 << 20;

    public string Name => "NIST SPHERE";

    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => head.StartsWith("NIST_1A"u8);

    public IAudioSource Open(Stream seekable, string? nameHint)
    {
        var reader = new ContainerReader(seekable, Name, nameHint ?? "stream");
        if (!int.TryParse(Encoding.ASCII.GetString(reader.Take(16)[8..]), CultureInfo.InvariantCulture, out int length)
            || length is < 16 or > LongestHeader || length - 16 > reader.Left)
        {
            throw reader.Broken("ends within its header");
        }

        byte[] text = new byte[length - 16];
        seekable.ReadExactly(text);
        var fields = Fields(Encoding.Latin1.GetString(text));
        int rate = Number("sample_rate"), channels = fields.ContainsKey("channel_count") ? Number("channel_count") : 1;
        reader.CheckFormat(rate, channels);
        var encoding = EncodingOf(fields, reader);
        long frame = encoding.Bytes * channels;
        long size = fields.ContainsKey("sample_count") ? Number("sample_count") * frame : reader.Left;
        return SampleSource.Of(seekable, Name, rate, channels, encoding, DeclaredSize.Resolve(size, reader.Left));

        int Number(string field) =>
            int.TryParse(fields.GetValueOrDefault(field), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
                ? value
                : throw reader.Broken($"has no whole number as {field}");
    }

    /// <summary>Lines of a name, a type (-i, -r or -s and a length) and a value.</summary>
    private static Dictionary<string, string> Fields(string text)
    {
        Dictionary<string, string> fields = [];
        foreach (string line in text.Split('\n').TakeWhile(line => line.Trim() != "end_head"))
        {
            if (line.Split(' ', 3, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is [var field, _, var value])
                fields[field] = value;
        }

        return fields;
    }

    private static SampleEncoding EncodingOf(Dictionary<string, string> fields, ContainerReader reader)
    {
        string coding = fields.GetValueOrDefault("sample_coding", "pcm"), bytes = fields.GetValueOrDefault("sample_n_bytes", "2");
        string order = fields.GetValueOrDefault("sample_byte_format", "01");
        return (coding, bytes) switch
        {
            ("ulaw" or "mu-law", _) => new(SampleCodec.MuLaw, 1),
            ("alaw", _) => new(SampleCodec.ALaw, 1),
            ("pcm", "2" or "3" or "4") => new(SampleCodec.Signed, bytes[0] - '0', BigEndian: order.StartsWith('1')),
            _ => throw reader.Unread($"the coding '{coding}' with samples of {bytes} bytes"),
        };
    }
}
