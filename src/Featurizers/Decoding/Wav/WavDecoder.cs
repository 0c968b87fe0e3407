namespace AudioBsq.Decoding;

/// <summary>
/// WAV: PCM of 1 to 32 bits, 32- and 64-bit float, mu-law and A-law, Microsoft and IMA ADPCM; RIFF, RF64 and BW64.
/// </summary>
internal sealed class WavDecoder : IAudioDecoder
{
    public string Name => "WAV";

    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => WavHeader.IsWav(head);

    public IAudioSource Open(Stream seekable, string? nameHint)
    {
        string name = nameHint ?? "stream";
        return Open(seekable, WavHeader.Read(seekable, name), "WAV", name);
    }

    /// <summary>The sound behind a header; the stream is at its first byte.</summary>
    public static IAudioSource Open(Stream stream, WavHeader header, string container, string name)
    {
        var format = header.Format;
        if (format.Layout is { } layout)
        {
            long frames = header.Bytes / (layout.Bytes * format.Channels);
            return new PlainSource(stream, layout, format.Sound(frames, $"{container} {layout.Name}"));
        }

        return format.Tag switch
        {
            WavFormat.MsAdpcm => new AdpcmSource(stream, header, new MsAdpcm(format, name), $"{container} MS ADPCM"),
            WavFormat.ImaAdpcm => new AdpcmSource(stream, header, new ImaAdpcm(format, name), $"{container} IMA ADPCM"),
            _ => throw new NotSupportedException($"'{name}' is a {container} file of format 0x{format.Tag:X4} with {format.Bits} bits, "
                + "which is not read here: convert it to PCM."),
        };
    }
}
