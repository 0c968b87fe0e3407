namespace AudioBsq.Decoding;

/// <summary>Who reads a kind of content.</summary>
internal enum SoundReader
{
    /// <summary>It is no sound.</summary>
    NotSound,

    /// <summary>It is sound that nobody here reads.</summary>
    Nobody,

    /// <summary>A built-in decoder.</summary>
    BuiltIn,
}

/// <summary>What a file is, by its first bytes alone: its name and extension do not matter.</summary>
/// <param name="Name">For messages, such as "MP3" or "a PNG image".</param>
/// <param name="Reader">Who reads it.</param>
internal readonly record struct SoundContent(string Name, SoundReader Reader)
{
    private const string Mpeg = "MP3";

    /// <summary>Whether it starts as MPEG audio does.</summary>
    public bool IsMpeg => Name == Mpeg;

    /// <summary>Whether the first bytes say nothing.</summary>
    public bool IsUnknown { get; private init; }

    /// <summary>
    /// The first bytes behind ID3v2 tags, or with them where nothing is left behind them. The stream is moved to the first of these.
    /// </summary>
    public static byte[] HeadOf(Stream stream)
    {
        long start = stream.Position;
        Id3Tag.Skip(stream);
        if (stream.Position == stream.Length) stream.Position = start;
        byte[] head = new byte[AudioFile.HeadLength];
        start = stream.Position;
        int got = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        stream.Position = start;
        return head[..got];
    }

    /// <summary>What a file is that starts with these bytes.</summary>
    public static SoundContent Of(ReadOnlySpan<byte> head)
    {
        if (WavHeader.IsWav(head)) return new("WAV", SoundReader.BuiltIn);
        if (FlacStreamInfo.IsFlac(head)) return new("FLAC", SoundReader.BuiltIn);
        if (OggPages.IsOgg(head)) return Ogg(head);
        foreach (var (magic, at, name, reader) in Known)
        {
            if (head.Length >= at + magic.Length && head[at..].StartsWith(magic)) return new(name, reader);
        }

        if (MpegFrames.StartIn(head)) return new(Mpeg, SoundReader.BuiltIn);
        if (head.Length >= 2 && head[0] == 0xFF && (head[1] & 0xF6) == 0xF0) return new("AAC", SoundReader.Nobody);
        return Other(head);
    }

    private static readonly (byte[] Magic, int At, string Name, SoundReader Reader)[] Known =
    [
        ("ID3"u8.ToArray(), 0, Mpeg, SoundReader.BuiltIn), // a tag and behind it nothing that is known by its first bytes
        ("AIFF"u8.ToArray(), 8, "AIFF", SoundReader.BuiltIn),
        ("AIFC"u8.ToArray(), 8, "AIFF", SoundReader.BuiltIn),
        (".snd"u8.ToArray(), 0, "AU", SoundReader.BuiltIn),
        ("caff"u8.ToArray(), 0, "CAF", SoundReader.BuiltIn),
        ([0x72, 0x69, 0x66, 0x66, 0x2E, 0x91, 0xCF, 0x11], 0, "W64", SoundReader.BuiltIn),
        ("NIST_1A"u8.ToArray(), 0, "NIST SPHERE", SoundReader.BuiltIn),
        ("ftyp"u8.ToArray(), 4, "MP4 (m4a, AAC or ALAC)", SoundReader.Nobody),
        ([0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11], 0, "Windows Media (wma)", SoundReader.Nobody),
        ([0x1A, 0x45, 0xDF, 0xA3], 0, "WebM or Matroska", SoundReader.Nobody),
        ("AVI "u8.ToArray(), 8, "AVI", SoundReader.Nobody),
        ("#!AMR"u8.ToArray(), 0, "AMR", SoundReader.Nobody),
        ("wvpk"u8.ToArray(), 0, "WavPack", SoundReader.Nobody),
        ("MAC "u8.ToArray(), 0, "Monkey's Audio", SoundReader.Nobody),
        ("MThd"u8.ToArray(), 0, "MIDI, which is notes and not sound", SoundReader.NotSound),
        ([0x89, 0x50, 0x4E, 0x47], 0, "a PNG image", SoundReader.NotSound),
        ([0xFF, 0xD8, 0xFF], 0, "a JPEG image", SoundReader.NotSound),
        ("GIF8"u8.ToArray(), 0, "a GIF image", SoundReader.NotSound),
        ("WEBP"u8.ToArray(), 8, "a WebP image", SoundReader.NotSound),
        ("%PDF"u8.ToArray(), 0, "a PDF document", SoundReader.NotSound),
        ([0x50, 0x4B, 0x03, 0x04], 0, "a ZIP archive", SoundReader.NotSound),
        ([0x1F, 0x8B], 0, "a gzip archive", SoundReader.NotSound),
        ([0x37, 0x7A, 0xBC, 0xAF], 0, "a 7z archive", SoundReader.NotSound),
        ("version https://git-lfs"u8.ToArray(), 0, "a Git LFS pointer: fetch the file itself with git lfs pull", SoundReader.NotSound),
        ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], 0, "a NumPy array", SoundReader.NotSound),
    ];

    private static SoundContent Ogg(ReadOnlySpan<byte> head)
    {
        // The first packet names its codec; it starts behind the page's header and segment table.
        int at = head.Length > 26 ? 27 + head[26] : head.Length;
        var packet = head[Math.Min(at, head.Length)..];
        string codec = OggCodec.NameOf(packet) ?? "of an unknown codec";
        return new($"Ogg {codec}", SoundReader.BuiltIn);
    }

    private static SoundContent Other(ReadOnlySpan<byte> head)
    {
        if (!head.ContainsAnyExcept((byte)0)) return new("nothing but zeros", SoundReader.NotSound) { IsUnknown = true };
        bool isText = !head.ContainsAnyInRange((byte)0, (byte)8) && !head.ContainsAnyInRange((byte)14, (byte)26);
        string start = Convert.ToHexString(head[..Math.Min(head.Length, 8)]);
        if (!isText) return new($"unknown binary data (it starts with {start})", SoundReader.NotSound) { IsUnknown = true };
        string text = System.Text.Encoding.UTF8.GetString(head).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        string[] pages = ["<!DOCTYPE html", "<html"];
        string kind = pages.Any(page => text.StartsWith(page, StringComparison.OrdinalIgnoreCase)) ? "an HTML page"
            : text.StartsWith('<') ? "XML"
            : text.StartsWith('{') || text.StartsWith('[') ? "JSON" : "text";
        return new(kind, SoundReader.NotSound);
    }
}
