using AudioBsq.Distributed;
using AudioBsq.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>How many threads share the crops of a batch.</summary>
internal static class WorkerCount
{
    private const long MostGradients = 1 << 28; // 1 GiB: each has gradients of its own, and large networks use torch's threads well

    /// <summary>
    /// What the options ask for; else one for each of torch's threads on a CPU, or fewer for a large network. One where ranks share the
    /// batches already, and where the network draws random numbers, which come from one generator.
    /// </summary>
    public static int Of(TrainingOptions options, AudioBsqNetwork network, Device device) =>
        IsRandom(network.Options.Encoder) || IsRandom(network.Options.EffectiveDecoder) ? 1 : Of(options, (nn.Module)network, device);

    /// <summary>The same for a network that draws none.</summary>
    public static int Of(TrainingLoopOptions options, nn.Module network, Device device)
    {
        if (device.type != DeviceType.CPU || RankGroup.Current.Size > 1) return 1;
        long weights = network.parameters().Sum(parameter => parameter.numel());
        return Math.Min(options.Workers ?? Math.Clamp(get_num_threads(), 1, (int)Math.Max(1, MostGradients / weights)), options.BatchSize);
    }

    private static bool IsRandom(NetworkOptions network) => network.Dropout > 0 || network.AttentionDropout > 0 || network.DropPath > 0;
}
