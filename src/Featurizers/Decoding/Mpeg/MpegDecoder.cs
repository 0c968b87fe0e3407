namespace AudioBsq.Decoding;

/// <summary>
/// MP3 and the other layers of MPEG audio, by NLayer. Frames are found here, so that a length is exact and damage is noticed: NLayer itself
/// takes what comes.
/// </summary>
internal sealed class MpegDecoder : IAudioDecoder
{
    public string Name => "MP3";

    /// <summary>Also what is not known by its first bytes: there may be a few before the first frame.</summary>
    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => SoundContent.Of(head) is { IsMpeg: true } or { IsUnknown: true };

    public IAudioSource Open(Stream seekable, string? nameHint)
    {
        string name = nameHint ?? "stream";
        if (MpegWalk.FindFirst(seekable)) return new MpegSource(seekable, name);
        throw new NotSupportedException(
            $"'{name}' starts as MP3 does, but its first {MpegWalk.MaxJunk} bytes hold no frames one after another whose length is known.");
    }
}
