using AudioBsq.Cli.Configuration;
using AudioBsq.Training;

namespace AudioBsq.Cli.Training;

/// <summary>Says which keys of a configuration to change when training runs out of memory.</summary>
internal static class MemoryHint
{
    public static string Advice(TrainingConfig config)
    {
        string checkpoint = config.Training.ActivationCheckpointing ? "" : ", or set model.grad_checkpointing=true";
        return $"{MemoryAdvice.Describe(config.Model, config.Training)}. "
            + $"Lower data.batch_size (optimizer.accumulate makes up for it), data.target_length or audioconfig.width{checkpoint}; "
            + "data.mel_cache=disk keeps no spectrograms in memory.";
    }
}
