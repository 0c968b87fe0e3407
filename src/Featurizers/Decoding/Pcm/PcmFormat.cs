namespace AudioBsq.Decoding;

/// <summary>The format of samples without a header, which must be known from elsewhere.</summary>
public sealed record PcmFormat
{
    /// <summary>How a sample is written. Integers are divided by their full scale, so the lowest one is −1.</summary>
    public PcmSampleFormat SampleFormat { get; init; } = PcmSampleFormat.S16Le;

    /// <summary>Frames per second, from 1 to 768,000 Hz.</summary>
    public int SampleRate { get; init; } = 16_000;

    /// <summary>Samples in one frame, from 1 to 256.</summary>
    public int Channels { get; init; } = 1;

    internal int SampleBytes => SampleConversion.SizeOf(SampleFormat);

    internal void Validate()
    {
        Check.That(Enum.IsDefined(SampleFormat), SampleFormat, "must be a defined format");
        Check.That(
            SampleRate is >= 1 and <= CheckedAudioSource.MaxRate, SampleRate, $"must be from 1 to {CheckedAudioSource.MaxRate} Hz");
        Check.That(
            Channels is >= 1 and <= CheckedAudioSource.MaxChannels, Channels, $"must be from 1 to {CheckedAudioSource.MaxChannels}");
    }
}
