namespace AudioBsq.Signal;

/// <summary>How a mel spectrogram is turned back into a waveform.</summary>
public sealed record GriffinLimOptions
{
    /// <summary>Iterations of phase estimation, from 0. More are better and slower, with little gain beyond 32.</summary>
    public int Iterations { get; init; } = 32;

    /// <summary>Momentum of the iteration, from 0 (the method of Griffin and Lim) to below 1.</summary>
    public double Momentum { get; init; } = 0.99;

    /// <summary>
    /// Whether every bin keeps the magnitude that was found for it first, as Griffin and Lim have it. By default only the mel bands keep
    /// their power, and magnitudes within a band follow the sound: many of them have the same bands, and only some are those of a sound.
    /// </summary>
    public bool KeepMagnitudes { get; init; }

    /// <summary>Seed of the random first phases; the same seed gives the same waveform.</summary>
    public int Seed { get; init; }

    /// <summary>Iterations of the search for magnitudes with the given mel bands, from 1.</summary>
    public int InversionIterations { get; init; } = 50;

    internal void Validate()
    {
        Check.That(Iterations is >= 0 and <= 10_000, Iterations, "must be from 0 to 10,000");
        Check.That(Momentum is >= 0 and < 1, Momentum, "must be at least 0 and below 1");
        Check.That(InversionIterations is >= 1 and <= 10_000, InversionIterations, "must be from 1 to 10,000");
    }
}
