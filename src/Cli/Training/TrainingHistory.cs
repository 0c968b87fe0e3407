namespace AudioBsq.Cli.Training;

/// <summary>Keeps the last report and validation of a run and its best validation, and its speed.</summary>
internal sealed class TrainingHistory
{
    private double _sound;

    /// <summary>The last report; null before the first.</summary>
    public TrainingReport? Last { get; private set; }

    /// <summary>The row of the last validation in this process; null before there is one.</summary>
    public MetricsRow? LastValidation { get; private set; }

    /// <summary>The row of the validation with the lowest error, also from before an interruption.</summary>
    public MetricsRow? Best { get; private set; }

    /// <summary>Seconds of sound trained on per second, on average over this process.</summary>
    public double SoundPerSecond => Last is null ? 0 : _sound / Math.Max(1e-9, Last.Progress.Elapsed.TotalSeconds);

    public void Add(TrainingReport report, MetricsRow? best)
    {
        _sound += report.SoundPerSecond * (report.Progress.Elapsed - (Last?.Progress.Elapsed ?? TimeSpan.Zero)).TotalSeconds;
        (Last, Best) = (report, best);
        if (report.Progress.Validation is not null) LastValidation = MetricsRow.Of(report);
    }
}
