namespace AudioBsq.Decoding;

/// <summary>FLAC without native code (RFC 9639): native streams of 4 to 32 bits and 1 to 8 channels, with all checksums verified.</summary>
internal sealed class FlacDecoder : IAudioDecoder
{
    public string Name => "FLAC";

    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => FlacStreamInfo.IsFlac(head);

    public IAudioSource Open(Stream seekable, string? nameHint)
    {
        string name = nameHint ?? "stream";
        return new FlacSource(seekable, FlacStreamInfo.Read(seekable, name), name);
    }
}
