using AudioBsq.Native;
using AudioBsq.Signal;
using AudioBsq.Training;

namespace AudioBsq.Cli.Training;

/// <summary>A training report with what this process knows beside it.</summary>
/// <param name="Progress">The report.</param>
/// <param name="SoundPerSecond">Seconds of sound trained on in a second, since the report before.</param>
/// <param name="Memory">Bytes that the process holds; a graphics card's own memory is not in it.</param>
/// <param name="PeakMemory">The most that it has held at once.</param>
internal sealed record TrainingReport(TrainingProgress Progress, double SoundPerSecond, long Memory, long PeakMemory)
{
    public static TrainingReport Of(TrainingProgress progress, MelOptions mel)
    {
        long memory = Environment.WorkingSet;
        return new(progress, progress.FramesPerSecond / mel.FrameRate, memory, Math.Max(memory, TorchMemory.Peak));
    }
}
