namespace AudioBsq.Decoding;

/// <summary>One recording of an MPEG file; most files hold one.</summary>
/// <param name="Header">Its first frame's.</param>
/// <param name="Tag">What its first frame says, if that is no sound.</param>
/// <param name="Frames">Frames of sound that are there.</param>
internal sealed record MpegPart(MpegHeader Header, MpegTag? Tag, long Frames)
{
    /// <summary>Samples of each channel before the sound: the encoder's and the decoder's delay.</summary>
    public long Skipped => Tag?.Delay is { } delay ? delay + MpegTag.DecoderDelay : 0;

    /// <summary>Samples of each channel that are sound.</summary>
    public long Samples => Math.Max(Frames * Header.Samples - Skipped - EndTrim, 0);

    /// <summary>The same as the tag has it, where it says more than is there.</summary>
    public long DeclaredSamples => IsShort ? Math.Max(Tag!.Frames!.Value * Header.Samples - Skipped - EndTrim, Samples) : Samples;

    // Some encoders count the frame of the tag itself.
    private bool IsShort => Tag?.Frames - 1 > Frames;

    private long EndTrim => Tag?.Delay is null ? 0 : Math.Max(Tag.Padding - MpegTag.DecoderDelay, 0);

    /// <summary>The recordings from the stream's position, where the first frame is, to its end.</summary>
    public static IReadOnlyList<MpegPart> AllOf(Stream stream, string name)
    {
        var parts = new List<MpegPart>();
        var walk = new MpegWalk(stream, name);
        while (walk.Next())
        {
            if (parts.Count == 0 || walk.Tag is not null) parts.Add(new MpegPart(walk.Header, walk.Tag, 0));
            if (walk.Tag is null) parts[^1] = parts[^1] with { Frames = parts[^1].Frames + 1 };
        }

        return parts;
    }
}
