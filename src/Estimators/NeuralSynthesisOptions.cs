namespace AudioBsq.MLNet;

/// <summary>How a vocoder's sound is made.</summary>
public sealed record NeuralSynthesisOptions
{
    /// <summary>
    /// Column (Int32) with the number of samples that each clip gets. Without it a clip of n frames gets (n − 1) · hop samples, which is
    /// less than one hop short of the original.
    /// </summary>
    public string? SampleCountColumnName { get; init; }

    /// <summary>Rounds of fast Griffin-Lim that start from the network's phases, from 0; each makes the sound agree better with its magnitudes and takes time.</summary>
    public int GriffinLimIterations { get; init; }

    internal void Validate()
    {
        Check.That(SampleCountColumnName is not "", SampleCountColumnName, "must be null or a name");
        Check.That(GriffinLimIterations is >= 0 and <= 10_000, GriffinLimIterations, "must be from 0 to 10,000");
    }
}
