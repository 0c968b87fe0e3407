using AudioBsq.Native;

namespace AudioBsq.Training;

/// <summary>What to do where a training run needs more memory than there is.</summary>
internal static class MemoryAdvice
{
    /// <summary>The numbers of a run that memory depends on.</summary>
    public static string Describe(AudioBsqOptions model, TrainingOptions training) => FormattableString.Invariant(
        $"out of memory with batches of {training.BatchSize} crops of {training.CropFrames ?? model.WindowFrames} frames at width {model.Encoder.Width} in {model.Encoder.Layers} layers, {(training.RecomputeBlocks ? "computing blocks again in the backward pass" : "keeping what the backward pass needs")} (peak so far: {TorchMemory.Peak / 1e6:N0} MB)");

    /// <summary>The exception that says so to a program; the failure itself is inside it.</summary>
    public static InsufficientMemoryException Exception(AudioBsqOptions model, TrainingOptions training, Exception failure)
    {
        string recompute = training.RecomputeBlocks ? "" : $", or set {nameof(TrainingOptions.RecomputeBlocks)}";
        return new InsufficientMemoryException(
            $"Training is {Describe(model, training)}. Lower {nameof(TrainingOptions.BatchSize)} ({nameof(TrainingOptions.AccumulateBatches)} makes up for it), {nameof(TrainingOptions.CropFrames)} or the encoder's Width{recompute}.", failure);
    }
}
