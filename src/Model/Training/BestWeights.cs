using AudioBsq.Networks;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Keeps the weights with the lowest validation loss, and counts the validations since then.</summary>
internal sealed class BestWeights : IDisposable
{
    private readonly Dictionary<string, Tensor> _weights = [];

    /// <summary>Validations since the best one.</summary>
    public int Misses { get; private set; }

    /// <summary>The lowest loss; null before the first validation.</summary>
    public double? Lowest { get; private set; }

    public IEnumerable<(string Name, Tensor Tensor)> Tensors => _weights.Select(entry => (entry.Key, entry.Value));

    public void Update(AudioBsqNetwork network, double loss)
    {
        if (Lowest is { } lowest && !(loss < lowest))
        {
            Misses++;
            return;
        }

        (Lowest, Misses) = (loss, 0);
        Keep(network);
    }

    public void Restore(AudioBsqNetwork network)
    {
        if (_weights.Count == 0) return;
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        foreach (var (name, tensor) in network.state_dict()) tensor.copy_(_weights[name]);
    }

    /// <summary>Continues from a checkpoint, whose weights are then copied into <see cref="Tensors"/>.</summary>
    public void Resume(AudioBsqNetwork network, double? lowest, int misses)
    {
        (Lowest, Misses) = (lowest, misses);
        if (lowest is not null) Keep(network);
    }

    public void Dispose()
    {
        foreach (var tensor in _weights.Values) tensor.Dispose();
        _weights.Clear();
    }

    private void Keep(AudioBsqNetwork network)
    {
        Dispose();
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        foreach (var (name, tensor) in network.state_dict()) _weights[name] = tensor.detach().clone().DetachFromDisposeScope();
    }
}
