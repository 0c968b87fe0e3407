using AudioBsq.Persistence;
using AudioBsq.Training;

namespace AudioBsq.MLNet;

/// <summary>
/// Says at the first report of a training on the processor that it will take more than an hour, and how many: by the time that the first
/// steps took or, after one alone, by the speed of the machine.
/// </summary>
/// <param name="model">What is trained.</param>
/// <param name="device">Where, by its full name.</param>
/// <param name="warn">Gets the warning.</param>
internal sealed class LongTrainingWarning(AudioBsqOptions model, string device, Action<string> warn)
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private bool _judged;

    public void Judge(TrainingProgress progress)
    {
        if (_judged || device != "cpu") return;
        _judged = true;
        if (progress.Remaining < Long) return;
        bool isLarge = NetworkLayout.Parameters(model, ModelParts.All) > NetworkLayout.Parameters(AudioBsqOptions.Tiny, ModelParts.All);
        string smaller = isLarge ? $"; {nameof(AudioBsqOptions)}.{nameof(AudioBsqOptions.Tiny)} is the model for a processor" : "";
        int done = progress.Step - progress.FirstStep;
        warn((done == 1 ? "By the speed of this machine" : FormattableString.Invariant($"At the speed of the first {done} steps"))
            + ", training on the processor takes "
            + FormattableString.Invariant($"{progress.Remaining.TotalHours:F1} hours more. ")
            + $"A GPU, or fewer {nameof(TrainingOptions.MaxSteps)}, would shorten that{smaller}.");
    }
}
