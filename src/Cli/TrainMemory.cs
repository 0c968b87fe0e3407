using System.Runtime.InteropServices;
using AudioBsq.Configuration;
using AudioBsq.Training;

namespace AudioBsq.Cli;

/// <summary>What to do where a training run needs more memory than there is.</summary>
internal static class TrainMemory
{
    /// <summary>Whether .NET or torch found no memory.</summary>
    public static bool IsExhausted(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is OutOfMemoryException) return true;
            if (cause is ExternalException && (Says(cause, "can't allocate memory") || Says(cause, "not enough memory") || Says(cause, "out of memory"))) return true;
        }

        return false;
    }

    public static string Advice(TrainingConfig config)
    {
        var (model, training) = (config.Model, config.Training);
        string advice = training.Recomputation == Recomputation.Blocks ? "" : ", or set model.grad_checkpointing=true";
        return $"out of memory with batches of {training.BatchSize} crops of {training.CropFrames ?? model.WindowFrames} frames at width {model.Encoder.Width}. "
            + $"Lower data.batch_size (optimizer.accumulate makes up for it), data.target_length or audioconfig.width{advice}; --no-cache keeps no spectrograms in memory.";
    }

    private static bool Says(Exception failure, string words) => failure.Message.Contains(words, StringComparison.OrdinalIgnoreCase);
}
