using AudioBsq.Signal;

namespace AudioBsq.MLNet;

/// <summary>How a mel spectrogram becomes sound.</summary>
public sealed record AudioSynthesisOptions
{
    /// <summary>How the mel column was made; the column says so itself when it comes from this library, so null will do.</summary>
    public MelOptions? Mel { get; init; }

    /// <summary>The inversion: iterations, momentum and the seed of the first phase.</summary>
    public GriffinLimOptions GriffinLim { get; init; } = new();

    /// <summary>
    /// Column (Int32) with the number of samples that each clip gets. Without it a clip of n frames gets (n − 1) · hop samples, which is
    /// less than one hop short of the original.
    /// </summary>
    public string? SampleCountColumnName { get; init; }

    internal void Validate()
    {
        Mel?.Validate();
        ArgumentNullException.ThrowIfNull(GriffinLim);
        GriffinLim.Validate();
        Check.That(SampleCountColumnName is not "", SampleCountColumnName, "must be null or a name");
    }
}
