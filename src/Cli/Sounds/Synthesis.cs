using AudioBsq.Signal;

namespace AudioBsq.Cli.Sounds;

/// <summary>How mel spectrograms become sound.</summary>
/// <param name="Name">For a person.</param>
/// <param name="Run">Mel (frames, bands) and a number of samples → that many samples.</param>
internal sealed record Synthesis(string Name, Func<float[], int, CancellationToken, float[]> Run)
{
    public static Synthesis GriffinLim(MelOptions mel)
    {
        var options = new GriffinLimOptions();
        var search = new GriffinLim(mel, options);
        return new Synthesis($"fast Griffin-Lim, {options.Iterations} iterations", (frames, samples, cancellation) => search.Synthesize(frames, samples, cancellation));
    }
}
