namespace AudioBsq.Signal;

/// <summary>Mono sound: samples in the nominal range −1 to 1 at <see cref="SampleRate"/> samples per second.</summary>
public sealed class Waveform
{
    /// <summary>A waveform of these samples, which are not copied.</summary>
    public Waveform(float[] samples, int sampleRate)
    {
        ArgumentNullException.ThrowIfNull(samples);
        Check.Positive(sampleRate);
        (Samples, SampleRate) = (samples, sampleRate);
    }

    /// <summary>The samples, oldest first. Empty for a clip without sound.</summary>
    public float[] Samples { get; }

    /// <summary>Samples per second, in Hz.</summary>
    public int SampleRate { get; }

    /// <summary>Length in seconds.</summary>
    public double Seconds => (double)Samples.Length / SampleRate;
}
