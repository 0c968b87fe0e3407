using System.Diagnostics;

namespace AudioBsq.Training;

/// <summary>Gathers what steps saw and reports averages.</summary>
internal sealed class ProgressReporter(TrainingOptions options, Action<TrainingProgress>? report)
{
    private readonly List<StepResult> _steps = [];
    private readonly List<string> _notes = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _frames;
    private TimeSpan _last;

    public void Add(long frames, StepResult? result)
    {
        _frames += frames;
        if (result is not null) _steps.Add(result);
    }

    public void Note(string text) => _notes.Add(text);

    public void Report(int step, int epoch, int skipped, ReconstructionMetrics? validation)
    {
        var now = _clock.Elapsed;
        report?.Invoke(new TrainingProgress
        {
            Step = step,
            MaxSteps = options.MaxSteps,
            Epoch = epoch,
            Loss = Average(r => r.Loss),
            MeanAbsoluteError = Average(r => r.MeanAbsoluteError),
            CodebookEntropy = Average(r => r.CodebookEntropy),
            GradientNorm = Average(r => r.GradientNorm),
            LearningRate = _steps.Count == 0 ? double.NaN : _steps[^1].LearningRate,
            DiscriminatorLoss = _steps.Average(r => r.DiscriminatorLoss),
            Elapsed = now,
            FramesPerSecond = _frames / Math.Max(1e-9, (now - _last).TotalSeconds),
            SkippedSteps = skipped,
            Notes = [.. _notes],
            Validation = validation,
        });
        (_frames, _last) = (0, now);
        _steps.Clear();
        _notes.Clear();
    }

    private double Average(Func<StepResult, double> of) => _steps.Count == 0 ? double.NaN : _steps.Average(of);
}
