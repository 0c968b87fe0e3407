namespace AudioBsq.Decoding;

/// <summary>WAV without native code: PCM of 1 to 32 bits, 32- and 64-bit float, mu-law and A-law; RIFF, RF64 and BW64.</summary>
internal sealed class WavDecoder : IAudioDecoder
{
    public string Name => "WAV";

    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => WavHeader.IsWav(head);

    public IAudioSource Open(Stream seekable, string? nameHint) => new WavSource(seekable, WavHeader.Read(seekable, nameHint ?? "stream"));
}
