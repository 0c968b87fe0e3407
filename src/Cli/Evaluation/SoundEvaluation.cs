using AudioBsq.Cli.Tokenizing;
using AudioBsq.Metrics;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Evaluation;

/// <summary>Makes sound of clips' original and reconstructed mel spectrograms, and compares both with the original sound.</summary>
internal sealed class SoundEvaluation(MelOptions mel, Synthesis synthesis, MetricProgram? program)
{
    private readonly List<SoundMetric> _metrics = [.. SoundMetrics.All.Append(program?.Metric).OfType<SoundMetric>()];
    private readonly List<SoundFigures.Clip> _clips = [];

    /// <param name="clip">With its mel spectrogram and waveform.</param>
    /// <param name="reconstructed">The mel spectrogram that was reconstructed from its tokens.</param>
    /// <param name="cancellation">Checked several times a second.</param>
    public SynthesizedClip Add(ClipTokens clip, float[] reconstructed, CancellationToken cancellation)
    {
        float[] frames = reconstructed[..clip.Mel.Length];
        Waveform original = new(clip.Waveform, clip.SampleRate), ceiling = Synthesize(clip.Mel), reconstruction = Synthesize(frames);
        var problems = new List<string>();
        _clips.Add(new SoundFigures.Clip(clip.Path, Measure(ceiling, "ceiling"), Measure(reconstruction, "reconstruction"), problems));
        return new SynthesizedClip(original, ceiling, reconstruction, frames, _clips[^1]);

        Waveform Synthesize(float[] levels) => new(synthesis.Run(levels, clip.Samples, cancellation), clip.SampleRate);

        Dictionary<string, double?> Measure(Waveform degraded, string what)
        {
            var figures = SoundMetrics.Measure(original, degraded, mel);
            if (program is null) return figures;
            var outcome = program.Measure(original, degraded, cancellation);
            figures[program.Metric.Key] = outcome.Value;
            if (outcome.Problem is { } problem) problems.Add($"{what}: {problem}");
            return figures;
        }
    }

    public SoundFigures Result() => new(synthesis.Name, _metrics, _metrics.ToDictionary(metric => metric.Key, Total), _clips);

    private SoundFigures.Means Total(SoundMetric metric) => new(
        ConfidenceInterval.OfMean([.. _clips.Select(clip => clip.Ceiling[metric.Key]).OfType<double>()]),
        ConfidenceInterval.OfMean([.. _clips.Select(clip => clip.Reconstruction[metric.Key]).OfType<double>()]));
}
