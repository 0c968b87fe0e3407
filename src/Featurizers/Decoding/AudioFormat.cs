namespace AudioBsq.Decoding;

/// <summary>What an <see cref="IAudioSource"/> delivers.</summary>
/// <param name="SampleRate">Frames per second, in Hz.</param>
/// <param name="Channels">Samples in one frame.</param>
/// <param name="Frames">
/// Length as the file declares it, or null where it does not. A source that delivers another number is damaged.
/// </param>
/// <param name="Codec">Name for people, such as "FLAC 16-bit".</param>
public sealed record AudioFormat(int SampleRate, int Channels, long? Frames, string Codec)
{
    /// <summary>
    /// The channel of low frequencies (LFE), from 0, or null where there is none or it is not known. It is no part of the one channel that
    /// <see cref="AudioFile"/> makes of several.
    /// </summary>
    public int? LfeChannel { get; init; }

    /// <summary>Length in seconds, or null where <see cref="Frames"/> is.</summary>
    public double? Seconds => (double?)Frames / SampleRate;
}
