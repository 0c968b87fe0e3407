namespace AudioBsq.Decoding;

/// <summary>MP3, and layers I and II of MPEG audio. Start reading here; then <see cref="MpegSource"/>.</summary>
internal sealed class MpegDecoder : IAudioDecoder
{
    public string Name => "MPEG audio";

    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => MpegFrames.StartIn(head);

    public IAudioSource Open(Stream seekable, string? nameHint) => new MpegSource(seekable, nameHint ?? "stream");
}
