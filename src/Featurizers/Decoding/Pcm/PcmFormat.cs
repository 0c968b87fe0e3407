namespace AudioBsq.Decoding;

/// <summary>What samples without a header are; nothing in them says it.</summary>
public sealed record PcmFormat
{
    /// <summary>How a sample is written. Integers are divided by their full scale, so the lowest one is −1.</summary>
    public PcmSampleFormat SampleFormat { get; init; } = PcmSampleFormat.S16Le;

    /// <summary>Frames per second, from 1 to 768,000 Hz.</summary>
    public int SampleRate { get; init; } = 16_000;

    /// <summary>Samples in one frame, from 1 to 256.</summary>
    public int Channels { get; init; } = 1;

    internal int SampleBytes => WavSamples.SizeOf(SampleFormat);

    internal void Validate()
    {
        Check.That(Enum.IsDefined(SampleFormat), SampleFormat, "must be a defined format");
        Check.That(
            SampleRate is >= 1 and <= CheckedAudioSource.HighestRate, SampleRate, $"must be from 1 to {CheckedAudioSource.HighestRate} Hz");
        Check.That(
            Channels is >= 1 and <= CheckedAudioSource.MostChannels, Channels, $"must be from 1 to {CheckedAudioSource.MostChannels}");
    }
}
