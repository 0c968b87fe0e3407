using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Moving averages of a network's weights and batch statistics. Integers are copied.</summary>
internal sealed class EmaWeights : IDisposable
{
    private readonly List<(string Name, Tensor Weights, Tensor Average)> _averages;
    private readonly double _decay;

    public EmaWeights(nn.Module network, double decay, Device device)
    {
        _decay = decay;
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Tensor Copy(Tensor weights) => weights.detach().to(device, copy: true).DetachFromDisposeScope();
        _averages = [.. network.state_dict().Select(entry => (entry.Key, entry.Value, Copy(entry.Value)))];
    }

    public int Updates { get; set; }

    public IEnumerable<(string Name, Tensor Tensor)> Tensors => _averages.Select(entry => (entry.Name, entry.Average));

    /// <summary>Moves the averages towards the network's weights.</summary>
    public void Update()
    {
        using var _ = no_grad();
        double decay = Math.Min(_decay, (1.0 + Updates) / (10.0 + Updates));
        Updates++;
        foreach (var (_, weights, average) in _averages)
        {
            using var scope = NewDisposeScope();
            if (OptimizerKernel.Takes(average) && OptimizerKernel.Takes(weights))
                OptimizerKernel.Average(average, weights, (float)decay);
            else if (average.is_floating_point()) average.lerp_(weights.to(average.device), 1 - decay);
            else average.copy_(weights);
        }
    }

    /// <summary>Exchanges averages and weights; a second call undoes that.</summary>
    public void Swap()
    {
        using var _ = no_grad();
        foreach (var (_, weights, average) in _averages)
        {
            using var scope = NewDisposeScope();
            var kept = weights.clone();
            weights.copy_(average);
            average.copy_(kept);
        }
    }

    public void Dispose()
    {
        foreach (var (_, _, average) in _averages) average.Dispose();
    }
}
