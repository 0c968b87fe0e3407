using AudioBsq.Native;
using AudioBsq.Signal;
using AudioBsq.Training;

namespace AudioBsq.Cli.Training;

/// <summary>The progress of training, with speed and memory of this process.</summary>
/// <param name="Progress">The progress.</param>
/// <param name="SoundPerSecond">Seconds of sound trained on per second, since the report before.</param>
/// <param name="Memory">Bytes that the process holds, without the memory of a graphics card.</param>
/// <param name="PeakMemory">Highest value of the same.</param>
internal sealed record TrainingReport(TrainingProgress Progress, double SoundPerSecond, long Memory, long PeakMemory)
{
    public static TrainingReport Of(TrainingProgress progress, MelOptions mel)
    {
        long memory = Environment.WorkingSet;
        return new(progress, progress.FramesPerSecond / mel.FrameRate, memory, Math.Max(memory, TorchMemory.Peak));
    }
}
