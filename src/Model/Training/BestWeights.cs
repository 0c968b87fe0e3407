using AudioBsq.Networks;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Remembers the weights with the lowest validation error, and how many validations since were not better.</summary>
internal sealed class BestWeights : IDisposable
{
    private readonly Dictionary<string, Tensor> _weights = [];

    /// <summary>Validations since the best one.</summary>
    public int Misses { get; private set; }

    /// <summary>The best one's error; null before the first.</summary>
    public double? Lowest { get; private set; }

    public IEnumerable<(string Name, Tensor Tensor)> Tensors => _weights.Select(entry => (entry.Key, entry.Value));

    public void Update(AudioBsqNetwork network, double error)
    {
        if (Lowest is { } lowest && !(error < lowest))
        {
            Misses++;
            return;
        }

        (Lowest, Misses) = (error, 0);
        Keep(network);
    }

    public void Restore(AudioBsqNetwork network)
    {
        if (_weights.Count == 0) return;
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        foreach (var (name, tensor) in network.state_dict()) tensor.copy_(_weights[name]);
    }

    /// <summary>Goes on from a checkpoint, which then fills <see cref="Tensors"/>.</summary>
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
