namespace AudioBsq.Decoding;

/// <summary>
/// Reads a container's header field by field; where the file ends within it, or contradicts itself, the error names the file.
/// </summary>
/// <param name="stream">The file.</param>
/// <param name="kind">The container's name.</param>
/// <param name="name">The file's name.</param>
internal sealed class ContainerReader(Stream stream, string kind, string name)
{
    private readonly byte[] _bytes = new byte[64];

    public Stream Stream => stream;

    /// <summary>The container's name.</summary>
    public string Kind => kind;

    /// <summary>The file's name.</summary>
    public string Name => name;

    public long Position => stream.Position;

    /// <summary>Bytes to the end of the file.</summary>
    public long Left => stream.Length - stream.Position;

    /// <summary>The next bytes, at most 64. They are valid until the next call.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        var bytes = _bytes.AsSpan(0, count);
        int got = stream.ReadAtLeast(bytes, count, throwOnEndOfStream: false);
        return got == count ? bytes : throw Broken("ends within its header");
    }

    /// <summary>Goes on behind a chunk.</summary>
    public void Skip(long start, long size)
    {
        if (size < 0 || size > stream.Length - start) throw Broken("ends before its samples");
        stream.Position = start + size;
    }

    /// <summary>Goes on behind a chunk that is padded to an even length. Some writers leave the padding out: a name shows where.</summary>
    public void SkipPadded(long start, long size)
    {
        Skip(start, size);
        if ((size & 1) == 0 || Left == 0) return;
        long end = start + size;
        Span<byte> next = stackalloc byte[5];
        int got = stream.ReadAtLeast(next, 5, throwOnEndOfStream: false);
        bool unpadded = got == 5 && next[0] != 0 && IsName(next[..4]) && !IsKnown(next[1..]);
        stream.Position = unpadded ? end : end + 1;
    }

    /// <summary>Four printable characters.</summary>
    public static bool IsName(ReadOnlySpan<byte> id) => !id.ContainsAnyExceptInRange((byte)' ', (byte)'~');

    public InvalidDataException Broken(string what) => new($"The {kind} file '{name}' {what}.");

    /// <summary>The error for a kind of samples that nobody here decodes.</summary>
    public NotSupportedException Unread(string what) => new(
        $"'{name}' is a {kind} file of {what}, which is not read here: convert it to FLAC, such as with ffmpeg -i INPUT OUTPUT.flac.");

    /// <summary>Refuses formats that make no sense before anything is allocated by them.</summary>
    public void CheckFormat(long rate, long channels)
    {
        if (channels is < 1 or > CheckedAudioSource.MaxChannels)
            throw Broken($"declares {channels} channels; there must be 1 to {CheckedAudioSource.MaxChannels}");
        if (rate is < 1 or > CheckedAudioSource.MaxRate)
            throw Broken($"declares {rate} Hz; the rate must be from 1 to {CheckedAudioSource.MaxRate}");
    }

    private static bool IsKnown(ReadOnlySpan<byte> id) =>
        id.SequenceEqual("data"u8) || id.SequenceEqual("fmt "u8) || id.SequenceEqual("COMM"u8) || id.SequenceEqual("SSND"u8)
            || id.SequenceEqual("LIST"u8) || id.SequenceEqual("fact"u8);
}
