using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Moving averages of a network's weights and batch statistics. Integers are copied.</summary>
internal sealed class EmaWeights : IDisposable
{
    private readonly Dictionary<string, Tensor> _averages;
    private readonly nn.Module _network;
    private readonly double _decay;

    public EmaWeights(nn.Module network, double decay, Device device)
    {
        (_network, _decay) = (network, decay);
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        _averages = network.state_dict().ToDictionary(
            entry => entry.Key, entry => entry.Value.detach().to(device, copy: true).DetachFromDisposeScope());
    }

    public int Updates { get; set; }

    public IEnumerable<(string Name, Tensor Tensor)> Tensors => _averages.Select(entry => (entry.Key, entry.Value));

    /// <summary>Moves the averages towards the network's weights.</summary>
    public void Update()
    {
        using var _ = no_grad();
        double decay = Math.Min(_decay, (1.0 + Updates) / (10.0 + Updates));
        Updates++;
        foreach (var (name, tensor) in _network.state_dict())
        {
            using var scope = NewDisposeScope();
            var average = _averages[name];
            if (average.is_floating_point()) average.lerp_(tensor.to(average.device), 1 - decay);
            else average.copy_(tensor);
        }
    }

    /// <summary>Exchanges averages and weights; a second call undoes that.</summary>
    public void Swap()
    {
        using var _ = no_grad();
        foreach (var (name, tensor) in _network.state_dict())
        {
            using var scope = NewDisposeScope();
            var weights = tensor.clone();
            tensor.copy_(_averages[name]);
            _averages[name].copy_(weights);
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _averages.Values) tensor.Dispose();
    }
}
