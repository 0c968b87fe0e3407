using System.Diagnostics;
using AudioBsq.Distributed;
using AudioBsq.Native;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>The loop of every training: steps, validation, reports, checkpoints. Derived classes define a step and its data.</summary>
/// <typeparam name="TStep">Measurements of a step.</typeparam>
/// <typeparam name="TProgress">The progress report.</typeparam>
internal abstract class TrainingLoop<TStep, TProgress>(TrainingLoopOptions options, Action<TProgress>? report)
    where TStep : TrainingStep
    where TProgress : TrainingLoopProgress
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    private readonly List<string> _notes = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _lastReport;
    private int _firstStep;

    /// <summary>Creates a checkpoint's file; tests replace it.</summary>
    public Func<string, Stream>? CreateFile { get; init; }

    /// <summary>Called before the first step with the notes so far, which the first report has too, and the expected time.</summary>
    public Action<string>? AtStart { get; init; }

    /// <summary>Averages over the steps since the last report.</summary>
    protected StepAverages<TStep> Averages { get; } = new();

    /// <summary>The state that checkpoints save.</summary>
    protected abstract ITrainingState State { get; }

    /// <summary>Steps skipped so far.</summary>
    protected abstract int Skipped { get; }

    /// <summary>Position in the data after the last step.</summary>
    protected abstract SamplerPosition Position { get; }

    /// <summary>Whether training should stop early.</summary>
    protected virtual bool IsStalled => false;

    /// <exception cref="OperationCanceledException">Training was cancelled, between two batches. Checkpoints remain.</exception>
    public void Run(CancellationToken cancellation)
    {
        var group = RankGroup.Current;
        try
        {
            Run(group, cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            group.Abort(); // the other ranks would wait for this one
            throw;
        }
    }

    private void Run(RankGroup group, CancellationToken stop)
    {
        var cancellation = group.Size == 1 ? stop : CancellationToken.None; // ranks stop at the same step, and nowhere else
        var checkpoints = options.Checkpoints is { } folder ? new TrainingCheckpoints(folder, State, CreateFile) : null;
        (_firstStep, var position) =
            SharedStart.Of(State, group, options.BatchSize, () => checkpoints?.Resume(_notes.Add) ?? default);
        var timeLeft = CreateTimeLeft();
        Announce();
        using var held = new HeldMemory();
        using var data = OpenData(position, cancellation);
        for (int step = _firstStep; step < options.MaxSteps && !IsStalled; step++)
        {
            group.ThrowIfCancelled(stop);
            var start = _clock.Elapsed;
            using (NewDisposeScope())
            {
                var result = Step(step, out long frames);
                Averages.Add(frames, result);
            }

            bool last = step + 1 == options.MaxSteps;
            bool validated = Validate(step + 1, last, cancellation);
            timeLeft.Add(step, _clock.Elapsed - start);
            bool due = (step + 1) % options.ReportEvery == 0 || _clock.Elapsed - _lastReport > LongestSilence;
            if (validated || last || due) Report(step + 1, Remaining(step + 1, timeLeft));
            if (validated || last) SharedStart.CheckIsSame(State, group, step + 1);
            if (group.IsFirst) checkpoints?.Save(step + 1, Position, last || IsStalled);
        }

        Finish();
    }

    /// <summary>The estimate of the time left.</summary>
    protected virtual TimeLeft CreateTimeLeft() => new(options.MaxSteps, slowFrom: int.MaxValue, slowness: 1);

    /// <summary>The time that so many steps take, before there was one; null when nothing is known.</summary>
    protected virtual TimeSpan? ExpectedTime(int steps) => null;

    /// <summary>Opens the data at a position. Disposed when the loop ends.</summary>
    protected abstract IDisposable OpenData(SamplerPosition from, CancellationToken cancellation);

    /// <summary>One step, in a dispose scope of its own; null if it was skipped.</summary>
    protected abstract TStep? Step(int step, out long frames);

    /// <summary>Validates after <paramref name="done"/> steps if that is due.</summary>
    protected virtual bool Validate(int done, bool last, CancellationToken cancellation) => false;

    /// <summary>Adds an event to the next report.</summary>
    protected void Note(string text) => _notes.Add(text);

    /// <summary>The part of a report that the loop does not know.</summary>
    protected abstract TProgress Describe();

    /// <summary>Puts the weights that training returns into the network.</summary>
    protected abstract void Finish();

    // The first step waits for the first clips and makes what is made once, so it says nothing about the others.
    private TimeSpan Remaining(int done, TimeLeft timeLeft) =>
        (done == _firstStep + 1 ? ExpectedTime(options.MaxSteps - done) : null) ?? timeLeft.From(done);

    private void Announce()
    {
        if (AtStart is null) return;
        int steps = options.MaxSteps - _firstStep;
        string time = ExpectedTime(steps) is { } expected ? $", about {Rounded(expected)} by the speed of this machine" : "";
        _notes.ForEach(AtStart);
        AtStart(FormattableString.Invariant($"{steps:N0} steps to train{time}."));
    }

    private static string Rounded(TimeSpan time) => time switch
    {
        { TotalSeconds: < 90 } => "a minute",
        { TotalHours: < 2 } => FormattableString.Invariant($"{time.TotalMinutes:N0} minutes"),
        { TotalDays: < 2 } => FormattableString.Invariant($"{time.TotalHours:N0} hours"),
        _ => FormattableString.Invariant($"{time.TotalDays:N0} days"),
    };

    private void Report(int done, TimeSpan remaining)
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
            Remaining = remaining,
            FramesPerSecond = Averages.Frames / Math.Max(1e-9, (now - _lastReport).TotalSeconds),
            SkippedSteps = Skipped,
            Notes = [.. _notes],
        }));
        _lastReport = now;
        Averages.Clear();
        _notes.Clear();
    }
}
