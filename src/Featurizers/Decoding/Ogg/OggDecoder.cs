namespace AudioBsq.Decoding;

/// <summary>
/// Start reading here: Ogg Vorbis and Ogg Opus. Pages, packets and lengths are found here, so that damage is noticed; NVorbis and Concentus
/// decode the packets.
/// </summary>
internal sealed class OggDecoder : IAudioDecoder
{
    public string Name => "Ogg";

    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => OggPages.IsOgg(head);

    public IAudioSource Open(Stream seekable, string? nameHint) => new OggSource(seekable, nameHint ?? "stream");
}
