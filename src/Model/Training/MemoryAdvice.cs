using AudioBsq.Native;

namespace AudioBsq.Training;

/// <summary>What to do where a training run needs more memory than there is.</summary>
internal static class MemoryAdvice
{
    /// <summary>The numbers of a run that memory depends on.</summary>
    public static string Describe(AudioBsqOptions model, TrainingOptions training) => FormattableString.Invariant(
        $"out of memory with batches of {training.BatchSize} crops of {training.CropFrames ?? model.WindowFrames} frames at width {model.Encoder.Width} in {model.Encoder.Layers} layers, {Kept(training)} (peak so far: {TorchMemory.Peak / 1e6:N0} MB)");

    /// <summary>The exception that says so to a program; the failure itself is inside it.</summary>
    public static InsufficientMemoryException Exception(AudioBsqOptions model, TrainingOptions training, Exception failure)
    {
        string checkpoint = training.ActivationCheckpointing ? "" : $", or set {nameof(TrainingOptions.ActivationCheckpointing)}";
        return new InsufficientMemoryException(
            $"Training is {Describe(model, training)}. Lower {nameof(TrainingOptions.BatchSize)} ({nameof(TrainingOptions.AccumulateBatches)} makes up for it), {nameof(TrainingOptions.CropFrames)} or the encoder's Width{checkpoint}.", failure);
    }

    private static string Kept(TrainingOptions training) =>
        training.ActivationCheckpointing ? "with activation checkpointing" : "keeping what the backward pass needs";
}
