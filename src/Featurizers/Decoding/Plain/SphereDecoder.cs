using System.Globalization;
using System.Text;

namespace AudioBsq.Decoding;

/// <summary>NIST SPHERE, as speech corpora of the LDC have it: a header of text lines, then PCM or mu-law.</summary>
internal sealed class SphereDecoder : IAudioDecoder
{
    private const int MaxHeader = 1 << 16;

    public string Name => "NIST SPHERE";

    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => head.StartsWith("NIST_1A\n"u8);

    public IAudioSource Open(Stream seekable, string? nameHint)
    {
        string name = nameHint ?? "stream";
        var start = seekable.Fill(stackalloc byte[16], name);
        if (!int.TryParse(Encoding.ASCII.GetString(start[8..]), CultureInfo.InvariantCulture, out int length) || length is < 16 or > MaxHeader)
            throw Broken(name, "does not say how long its header is");
        var fields = Fields(Encoding.Latin1.GetString(seekable.Fill(new byte[length - 16], name)));
        string coding = fields.GetValueOrDefault("sample_coding", "pcm");
        int bytes = Number("sample_n_bytes", 2), channels = Number("channel_count", 1);
        if (channels is < 1 or > CheckedAudioSource.MaxChannels)
            throw Broken(name, $"declares {channels} channels; there must be 1 to {CheckedAudioSource.MaxChannels}");
        bool isBigEndian = fields.GetValueOrDefault("sample_byte_format", "01").StartsWith("10", StringComparison.Ordinal);
        SampleLayout? layout = (coding, bytes) switch
        {
            ("pcm", 1) => new SampleLayout(WavCodec.SignedByte, 1),
            ("pcm", >= 2 and <= 4) => new SampleLayout(WavCodec.Pcm, bytes, isBigEndian),
            ("ulaw" or "mu-law", 1) => new SampleLayout(WavCodec.MuLaw, 1),
            ("alaw", 1) => new SampleLayout(WavCodec.ALaw, 1),
            _ => null,
        };
        if (layout is not { } known)
        {
            throw new NotSupportedException(
                $"'{name}' is a SPHERE file of coding '{coding}' with {bytes} bytes a sample, which is not read here: convert it to WAV.");
        }

        long frames = Number("sample_count", -1);
        if (frames < 0) frames = (seekable.Length - seekable.Position) / (known.Bytes * channels);
        return new PlainSource(seekable, known, new AudioFormat(Number("sample_rate", 0), channels, frames, $"SPHERE {known.Name}"));

        int Number(string field, int otherwise) => !fields.TryGetValue(field, out string? text) ? otherwise
            : int.TryParse(text, CultureInfo.InvariantCulture, out int value) ? value
            : throw Broken(name, $"declares {field} '{text}', which is no whole number");
    }

    // Lines such as "sample_count -i 8000", up to end_head.
    private static Dictionary<string, string> Fields(string header)
    {
        var fields = new Dictionary<string, string>();
        foreach (string line in header.Split('\n').TakeWhile(line => line.Trim() != "end_head"))
        {
            if (line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [var field, _, var value])
                fields[field] = value;
        }

        return fields;
    }

    private static InvalidDataException Broken(string name, string what) => new($"The SPHERE file '{name}' {what}.");
}
