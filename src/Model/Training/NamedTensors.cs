using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Names tensors for a checkpoint.</summary>
internal static class NamedTensors
{
    /// <summary>Weights and buffers of a network.</summary>
    public static IEnumerable<(string Name, Tensor Tensor)> Of(string prefix, nn.Module? network) =>
        Prefixed(prefix, network?.state_dict().Select(entry => (entry.Key, entry.Value)));

    /// <summary>Adds a prefix and a dot to the names; empty when there are no tensors.</summary>
    public static IEnumerable<(string Name, Tensor Tensor)> Prefixed(string prefix, IEnumerable<(string Name, Tensor Tensor)>? tensors) =>
        tensors?.Select(entry => ($"{prefix}.{entry.Name}", entry.Tensor)) ?? [];
}
