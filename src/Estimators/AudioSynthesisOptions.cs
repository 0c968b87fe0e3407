using AudioBsq.Signal;
using AudioBsq.Vocoding;

namespace AudioBsq.MLNet;

/// <summary>How a mel spectrogram becomes sound.</summary>
public sealed record AudioSynthesisOptions
{
    /// <summary>
    /// What makes the sound, such as a <see cref="NeuralVocoder"/>; it stays the caller's to dispose, after the last use of the pipeline.
    /// Griffin-Lim when null.
    /// </summary>
    public IWaveformSynthesizer? Synthesizer { get; init; }

    /// <summary>Iterations, momentum and seed of Griffin-Lim, where there is no <see cref="Synthesizer"/>.</summary>
    public GriffinLimOptions GriffinLim { get; init; } = new();

    /// <summary>
    /// How the mel column was made, where there is no <see cref="Synthesizer"/>. A column of this library says so itself, so null will do.
    /// </summary>
    public MelOptions? Mel { get; init; }

    /// <summary>
    /// Rounds of fast Griffin-Lim after a <see cref="NeuralVocoder"/>, which start from its spectra; 0 leaves them out. Each makes the
    /// sound agree better with the mel spectrogram, and takes time.
    /// </summary>
    public int RefinementIterations { get; init; }

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
        SynthesisSettings.CheckRefinement(RefinementIterations);
        Check.That(RefinementIterations == 0 || Synthesizer is NeuralVocoder, RefinementIterations, "must be 0 without a NeuralVocoder");
        Check.That(SampleCountColumnName is not "", SampleCountColumnName, "must be null or a name");
    }
}
