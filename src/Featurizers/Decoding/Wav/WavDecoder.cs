namespace AudioBsq.Decoding;

/// <summary>
/// WAV: PCM of 1 to 32 bits, 32- and 64-bit float, mu-law, A-law, IMA and Microsoft ADPCM, and MPEG audio; RIFF, RF64 and BW64.
/// </summary>
internal sealed class WavDecoder : IAudioDecoder
{
    public string Name => "WAV";

    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => WavHeader.IsWav(head);

    public IAudioSource Open(Stream seekable, string? nameHint)
    {
        var reader = new ContainerReader(seekable, "WAV", nameHint ?? "stream");
        var (format, bytes) = WavHeader.Read(reader);
        return format.Open(reader, bytes);
    }
}
