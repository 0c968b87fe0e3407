namespace AudioBsq.Decoding;

/// <summary>One way to decode sound. <see cref="AudioFile.Register"/> adds a user's own behind the built-in ones.</summary>
/// <remarks>Must be thread safe: many files are opened at a time.</remarks>
public interface IAudioDecoder
{
    /// <summary>Name for messages.</summary>
    string Name { get; }

    /// <summary>Whether the content looks like something to be opened here.</summary>
    /// <param name="head">The first bytes, at most <see cref="AudioFile.HeadLength"/>; ID3v2 tags in front of them are left out.</param>
    /// <param name="nameHint">The file's name, if it has one; the content counts, not the extension.</param>
    bool CanOpen(ReadOnlySpan<byte> head, string? nameHint);

    /// <summary>Reads the header. Throws <see cref="NotSupportedException"/> to let the next decoder try.</summary>
    /// <param name="seekable">
    /// The content, at its first byte behind ID3v2 tags. It stays the caller's, and stays open while the source is used.
    /// </param>
    /// <param name="nameHint">The file's name, for messages.</param>
    /// <exception cref="InvalidDataException">The header is damaged.</exception>
    /// <exception cref="NotSupportedException">The content is of a kind that is not decoded here.</exception>
    IAudioSource Open(Stream seekable, string? nameHint);
}
