using AudioBsq.Native;

namespace AudioBsq.Training;

/// <summary>The message for a training run that has no memory left.</summary>
internal static class MemoryAdvice
{
    /// <summary>Describes what a run's memory depends on.</summary>
    public static string Describe(AudioBsqOptions model, TrainingOptions training) => FormattableString.Invariant(
        $"out of memory with batches of {training.BatchSize} crops of {training.CropFrames ?? model.WindowFrames} frames ")
        + FormattableString.Invariant($"at width {model.Encoder.Width} in {model.Encoder.Layers} layers, {Kept(training)} ")
        + FormattableString.Invariant($"(peak so far: {TorchMemory.Peak / 1e6:N0} MB)");

    /// <summary>An exception with the advice; the failure is its inner exception.</summary>
    public static InsufficientMemoryException Exception(AudioBsqOptions model, TrainingOptions training, Exception failure)
    {
        string checkpoint = training.ActivationCheckpointing ? "" : $", or set {nameof(TrainingOptions.ActivationCheckpointing)}";
        return new InsufficientMemoryException(
            $"Training is {Describe(model, training)}. Lower {nameof(TrainingOptions.BatchSize)} "
            + $"({nameof(TrainingOptions.AccumulateBatches)} makes up for it), {nameof(TrainingOptions.CropFrames)} "
            + $"or the encoder's Width{checkpoint}.",
            failure);
    }

    private static string Kept(TrainingOptions training) =>
        training.ActivationCheckpointing ? "with activation checkpointing" : "keeping what the backward pass needs";
}
