using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Tensors by name, as a checkpoint holds them.</summary>
internal static class NamedTensors
{
    /// <summary>Weights and buffers of a network.</summary>
    public static IEnumerable<(string Name, Tensor Tensor)> Of(string prefix, nn.Module? network) =>
        Prefixed(prefix, network?.state_dict().Select(entry => (entry.Key, entry.Value)));

    /// <summary>Puts a prefix and a dot before the names; nothing when there are no tensors.</summary>
    public static IEnumerable<(string Name, Tensor Tensor)> Prefixed(string prefix, IEnumerable<(string Name, Tensor Tensor)>? tensors) =>
        tensors?.Select(entry => ($"{prefix}.{entry.Name}", entry.Tensor)) ?? [];
}
