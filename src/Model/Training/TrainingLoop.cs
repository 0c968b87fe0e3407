using System.Diagnostics;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>The one training loop: steps, validation, reports, checkpoints. What is trained, and on what, is in the classes that derive from it.</summary>
/// <typeparam name="TStep">What a step measures.</typeparam>
/// <typeparam name="TProgress">What is reported.</typeparam>
internal abstract class TrainingLoop<TStep, TProgress>(TrainingLoopOptions options, Action<TProgress>? report)
    where TStep : TrainingStep
    where TProgress : TrainingLoopProgress
{
    private readonly List<string> _notes = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _lastReport;
    private int _firstStep;

    /// <summary>How a checkpoint's file is made; tests put failing ones here.</summary>
    public Func<string, Stream>? CreateFile { get; init; }

    /// <summary>The steps since the last report.</summary>
    protected StepAverages<TStep> Averages { get; } = new();

    /// <summary>What a checkpoint holds.</summary>
    protected abstract ITrainingState State { get; }

    /// <summary>Steps skipped so far.</summary>
    protected abstract int Skipped { get; }

    /// <summary>Where the data stands, behind the last step.</summary>
    protected abstract SamplerPosition Position { get; }

    /// <summary>True where further steps would not help.</summary>
    protected virtual bool IsStalled => false;

    /// <exception cref="OperationCanceledException">It was cancelled, between two steps; what checkpoints hold is kept.</exception>
    public void Run(CancellationToken cancellation)
    {
        var checkpoints = options.Checkpoints is { } folder ? new TrainingCheckpoints(folder, State, CreateFile) : null;
        (_firstStep, var position) = checkpoints?.Resume(_notes.Add) ?? default;
        using var data = OpenData(position, cancellation);
        for (int step = _firstStep; step < options.MaxSteps && !IsStalled; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using (NewDisposeScope())
            {
                var result = Step(step, out long frames);
                Averages.Add(frames, result);
            }

            bool last = step + 1 == options.MaxSteps;
            bool validated = Validate(step + 1, last, cancellation);
            if (validated || last || (step + 1) % options.ReportEvery == 0) Report(step + 1);
            checkpoints?.Save(step + 1, Position, last || IsStalled);
        }

        Finish();
    }

    /// <summary>Opens the data from a position on; closed when the loop ends.</summary>
    protected abstract IDisposable OpenData(SamplerPosition from, CancellationToken cancellation);

    /// <summary>One step, in a dispose scope of its own; null when it had to be skipped.</summary>
    protected abstract TStep? Step(int step, out long frames);

    /// <summary>Validates where it is due.</summary>
    protected virtual bool Validate(int done, bool last, CancellationToken cancellation) => false;

    /// <summary>What the loop does not know of a report.</summary>
    protected abstract TProgress Describe();

    /// <summary>Leaves the network with the weights that training returns.</summary>
    protected abstract void Finish();

    private void Report(int done)
    {
        var now = _clock.Elapsed;
        TrainingLoopProgress progress = Describe();
        report?.Invoke((TProgress)(progress with
        {
            Step = done,
            MaxSteps = options.MaxSteps,
            FirstStep = _firstStep,
            Epoch = Position.Pass + 1,
            Loss = Averages.Of(step => step.Loss),
            GradientNorm = Averages.Of(step => step.GradientNorm),
            LearningRate = Averages.Last?.LearningRate ?? double.NaN,
            DiscriminatorLoss = Averages.OfAny(step => step.DiscriminatorLoss),
            Elapsed = now,
            FramesPerSecond = Averages.Frames / Math.Max(1e-9, (now - _lastReport).TotalSeconds),
            SkippedSteps = Skipped,
            Notes = [.. _notes],
        }));
        _lastReport = now;
        Averages.Clear();
        _notes.Clear();
    }
}
