using AudioBsq.Metrics;
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

    /// <summary>Steps that had been taken when the run began.</summary>
    public int FirstStep { get; set; }

    public void Add(long frames, StepResult? result)
    {
        _frames += frames;
        if (result is not null) _steps.Add(result);
    }

    public void Note(string text) => _notes.Add(text);

    public void Report(int step, int epoch, int skipped, ReconstructionMetrics? validation, IReadOnlyList<ReconstructionSample> samples)
    {
        var now = _clock.Elapsed;
        report?.Invoke(new TrainingProgress
        {
            Step = step,
            MaxSteps = options.MaxSteps,
            Epoch = epoch,
            FirstStep = FirstStep,
            Loss = Average(r => r.Loss),
            Terms = Terms(),
            DiscriminatorLoss = _steps.Average(r => r.Losses.Discriminator),
            MeanAbsoluteError = Average(r => r.MeanAbsoluteError),
            PositionEntropy = Average(r => r.Losses.PositionEntropy),
            CodebookEntropy = Average(r => r.Losses.CodebookEntropy),
            GradientNorm = Average(r => r.GradientNorm),
            LearningRate = _steps.Count == 0 ? double.NaN : _steps[^1].LearningRate,
            Elapsed = now,
            FramesPerSecond = _frames / Math.Max(1e-9, (now - _last).TotalSeconds),
            SkippedSteps = skipped,
            Notes = [.. _notes],
            Validation = validation,
            Samples = samples,
        });
        (_frames, _last) = (0, now);
        _steps.Clear();
        _notes.Clear();
    }

    private LossTerms Terms() => new()
    {
        Reconstruction = Average(r => r.Losses.Reconstruction),
        Quantizer = Average(r => r.Losses.Quantizer),
        UnweightedQuantizer = Average(r => r.Losses.RawQuantizer),
        MultiResolution = _steps.Average(r => r.Losses.MultiResolution),
        Adversarial = _steps.Average(r => r.Losses.Adversarial),
    };

    private double Average(Func<StepResult, double> of) => _steps.Count == 0 ? double.NaN : _steps.Average(of);
}
