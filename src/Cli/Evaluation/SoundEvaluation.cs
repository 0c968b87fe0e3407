using AudioBsq.Cli.Tokenizing;
using AudioBsq.Metrics;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Evaluation;

/// <summary>Makes sound of clips' mel spectrograms, with tokens in between and without, and compares both with the original.</summary>
internal sealed class SoundEvaluation(MelOptions mel, Synthesis synthesis, MetricProgram? command)
{
    private readonly List<SoundMetric> _metrics = [.. SoundMetrics.All.Append(command?.Metric).OfType<SoundMetric>()];
    private readonly List<SoundFigures.Clip> _clips = [];

    /// <param name="clip">With its mel spectrogram and waveform.</param>
    /// <param name="drawn">The mel spectrogram that its tokens stand for.</param>
    /// <param name="cancellation">Looked at several times a second.</param>
    public SynthesizedClip Add(ClipTokens clip, float[] drawn, CancellationToken cancellation)
    {
        float[] whole = drawn[..clip.Mel.Length];
        Waveform original = new(clip.Waveform, clip.SampleRate), ceiling = Synthesize(clip.Mel), reconstruction = Synthesize(whole);
        var problems = new List<string>();
        _clips.Add(new SoundFigures.Clip(clip.Path, Measure(ceiling, "ceiling"), Measure(reconstruction, "reconstruction"), problems));
        return new SynthesizedClip(original, ceiling, reconstruction, whole, _clips[^1]);

        Waveform Synthesize(float[] frames) => new(synthesis.Run(frames, clip.Samples, cancellation), clip.SampleRate);

        Dictionary<string, double?> Measure(Waveform degraded, string what)
        {
            var figures = SoundMetrics.Measure(original, degraded, mel);
            if (command is null) return figures;
            var outcome = command.Measure(original, degraded, cancellation);
            figures[command.Metric.Key] = outcome.Value;
            if (outcome.Problem is { } problem) problems.Add($"{what}: {problem}");
            return figures;
        }
    }

    public SoundFigures Result() => new(synthesis.Name, _metrics, _metrics.ToDictionary(metric => metric.Key, Total), _clips);

    private SoundFigures.Means Total(SoundMetric metric) => new(
        ConfidenceInterval.OfMean([.. _clips.Select(clip => clip.Ceiling[metric.Key]).OfType<double>()]),
        ConfidenceInterval.OfMean([.. _clips.Select(clip => clip.Reconstruction[metric.Key]).OfType<double>()]));
}
