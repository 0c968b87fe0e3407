using AudioBsq.Networks;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Remembers the weights with the lowest validation error, and how many validations since were not better.</summary>
internal sealed class BestWeights : IDisposable
{
    private readonly Dictionary<string, Tensor> _weights = [];
    private double _lowest = double.PositiveInfinity;

    /// <summary>Validations since the best one.</summary>
    public int Misses { get; private set; }

    public void Offer(AudioBsqNetwork network, double error)
    {
        if (!(error < _lowest))
        {
            Misses++;
            return;
        }

        (_lowest, Misses) = (error, 0);
        Dispose();
        using var scope = NewDisposeScope();
        foreach (var (name, tensor) in network.state_dict()) _weights[name] = tensor.detach().clone().DetachFromDisposeScope();
    }

    public void Restore(AudioBsqNetwork network)
    {
        if (_weights.Count == 0) return;
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        foreach (var (name, tensor) in network.state_dict()) tensor.copy_(_weights[name]);
    }

    public void Dispose()
    {
        foreach (var tensor in _weights.Values) tensor.Dispose();
        _weights.Clear();
    }
}
