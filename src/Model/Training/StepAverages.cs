namespace AudioBsq.Training;

/// <summary>Averages over the steps since the last report.</summary>
internal sealed class StepAverages<TStep> where TStep : TrainingStep
{
    private readonly List<TStep> _steps = [];

    /// <summary>Frames trained on, also in skipped steps.</summary>
    public long Frames { get; private set; }

    /// <summary>The last step that was not skipped; null when there is none.</summary>
    public TStep? Last => _steps.Count == 0 ? null : _steps[^1];

    /// <summary>Adds a step; <paramref name="step"/> is null when it was skipped.</summary>
    public void Add(long frames, TStep? step)
    {
        Frames += frames;
        if (step is not null) _steps.Add(step);
    }

    /// <summary>The average of a value; NaN when there are no steps.</summary>
    public double Of(Func<TStep, double> value) => _steps.Count == 0 ? double.NaN : _steps.Average(value);

    /// <summary>The average over the steps that have the value; null when none has.</summary>
    public double? OfAny(Func<TStep, double?> value) => _steps.Average(value);

    public void Clear()
    {
        Frames = 0;
        _steps.Clear();
    }
}
