namespace AudioBsq.Signal;

/// <summary>How a mel spectrogram is turned back into a waveform.</summary>
public sealed record GriffinLimOptions
{
    /// <summary>Rounds of phase estimation, from 0. More is better and slower; after 32 little is gained.</summary>
    public int Iterations { get; init; } = 32;

    /// <summary>How much of the last step is carried into the next, from 0 (the method of Griffin and Lim) to below 1.</summary>
    public double Momentum { get; init; } = 0.99;

    /// <summary>Chooses the random phases that the search starts from; the same seed gives the same waveform.</summary>
    public int Seed { get; init; }

    /// <summary>Rounds of the search for the spectrum behind the mel bands, from 1.</summary>
    public int InversionIterations { get; init; } = 50;

    internal void Validate()
    {
        Check.That(Iterations is >= 0 and <= 10_000, Iterations, "must be from 0 to 10,000");
        Check.That(Momentum is >= 0 and < 1, Momentum, "must be at least 0 and below 1");
        Check.That(InversionIterations is >= 1 and <= 10_000, InversionIterations, "must be from 1 to 10,000");
    }
}
