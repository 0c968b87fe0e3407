using AudioBsq.Training;

namespace AudioBsq.Cli.Training;

/// <summary>How a run goes: its last report and validation, its best validation, its speed, and how long it will still take.</summary>
internal sealed class TrainingHistory
{
    private TrainingProgress? _first;
    private double _sound;

    /// <summary>The last report; null before the first.</summary>
    public TrainingReport? Last { get; private set; }

    /// <summary>The last validation and its step, as it stands in metrics.csv; null before the first of this process.</summary>
    public MetricsRow? LastValidation { get; private set; }

    /// <summary>The validation with the lowest error, also from before an interruption.</summary>
    public MetricsRow? Best { get; private set; }

    /// <summary>Seconds of sound trained on in a second, over the whole of this process.</summary>
    public double SoundPerSecond => Last is null ? 0 : _sound / Math.Max(1e-9, Last.Progress.Elapsed.TotalSeconds);

    /// <summary>
    /// From the steps since the first report, as those before it include reading the clips; from all steps of this process until there is a
    /// second one. Steps from before an interruption took no time of this process.
    /// </summary>
    public TimeSpan Remaining
    {
        get
        {
            var (now, first) = (Last!.Progress, _first!);
            var (time, steps) = now.Step > first.Step ? (now.Elapsed - first.Elapsed, now.Step - first.Step) : (now.Elapsed, now.Step - now.FirstStep);
            return time * ((now.MaxSteps - now.Step) / (double)Math.Max(1, steps));
        }
    }

    public void Add(TrainingReport report, MetricsRow? best)
    {
        _first ??= report.Progress;
        _sound += report.SoundPerSecond * (report.Progress.Elapsed - (Last?.Progress.Elapsed ?? TimeSpan.Zero)).TotalSeconds;
        (Last, Best) = (report, best);
        if (report.Progress.Validation is not null) LastValidation = MetricsRow.Of(report);
    }
}
