using AudioBsq.Distributed;
using AudioBsq.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>How many threads share the crops of a batch.</summary>
internal static class WorkerCount
{
    /// <summary>
    /// What the options ask for; else one for each of torch's threads on a CPU. One where ranks share the batches already, and where the
    /// network draws random numbers, which come from one generator.
    /// </summary>
    public static int Of(TrainingOptions options, AudioBsqOptions model, Device device) =>
        IsRandom(model.Encoder) || IsRandom(model.EffectiveDecoder) ? 1 : Of(options, device);

    /// <summary>The same for a network that draws none.</summary>
    public static int Of(TrainingLoopOptions options, Device device) => device.type != DeviceType.CPU || RankGroup.Current.Size > 1
        ? 1
        : Math.Min(options.Workers ?? get_num_threads(), options.BatchSize);

    private static bool IsRandom(NetworkOptions network) => network.Dropout > 0 || network.AttentionDropout > 0 || network.DropPath > 0;
}
