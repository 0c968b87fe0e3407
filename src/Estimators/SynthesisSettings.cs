using AudioBsq.Signal;

namespace AudioBsq.MLNet;

/// <summary>Columns of a synthesis transformer, and how it makes sound; saved with it.</summary>
/// <param name="Output">The waveform column.</param>
/// <param name="Input">The mel column.</param>
/// <param name="SampleCount">The column of samples wanted; null for none.</param>
/// <param name="RefinementIterations">Rounds of Griffin-Lim after a vocoder.</param>
/// <param name="Mel">How the spectrograms were made, for Griffin-Lim; null with a vocoder, whose file says it.</param>
/// <param name="GriffinLim">Options of Griffin-Lim; null with a vocoder.</param>
internal sealed record SynthesisSettings(
    string Output, string Input, string? SampleCount, int RefinementIterations, MelOptions? Mel =
        null, GriffinLimOptions? GriffinLim = null)
{
    public static void CheckRefinement(int iterations) =>
        Check.That(iterations is >= 0 and <= 10_000, iterations, "must be from 0 to 10,000", nameof(RefinementIterations));

    public void Validate()
    {
        new ColumnNames(Output, Input).Validate();
        Check.That(SampleCount is not "", SampleCount, "must be null or a name");
        CheckRefinement(RefinementIterations);
        Check.That(Mel is null == GriffinLim is null, Mel, "must be there with GriffinLim, and only then");
        Mel?.Validate();
        GriffinLim?.Validate();
    }
}
