namespace AudioBsq.Decoding;

/// <summary>MP3, and layers I and II of MPEG audio. Start reading here; then <see cref="MpegSource"/>.</summary>
internal sealed class MpegDecoder : IAudioDecoder
{
    public string Name => "MPEG audio";

    /// <summary>Also content that its first bytes say nothing about: frames may follow them.</summary>
    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => SoundContent.Of(head) is { IsMpeg: true } or { IsUnknown: true };

    public IAudioSource Open(Stream seekable, string? nameHint) => new MpegSource(seekable, nameHint ?? "stream");
}
