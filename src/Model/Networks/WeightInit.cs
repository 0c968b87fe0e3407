using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// Initial weights: normal with standard deviation 0.02 for weights inside blocks, position tables, the patch projection and the head; zero
/// for biases inside blocks. All others keep torch's default.
/// </summary>
internal static class WeightInit
{
    private const double Deviation = 0.02;

    [ThreadStatic]
    private static bool _isOmitted;

    /// <summary>
    /// Until the result is disposed, which must happen on the same thread, layers that it makes have weights of any value, and no random
    /// numbers are drawn: for networks all of whose weights are read or shared afterwards.
    /// </summary>
    public static Omission Omit()
    {
        var omission = new Omission(_isOmitted);
        _isOmitted = true;
        return omission;
    }

    public static Parameter NormalParameter(params long[] shape)
    {
        var parameter = Parameter(empty(shape));
        Fill(parameter);
        return parameter;
    }

    /// <summary>A layer with torch's initial weights.</summary>
    public static Linear Default(long inputs, long outputs, bool hasBias = true) => _isOmitted
        ? Linear(Parameter(empty(outputs, inputs)), hasBias ? Parameter(empty(outputs)) : null)
        : Linear(inputs, outputs, hasBias);

    /// <summary>A layer with normal weights, and torch's bias.</summary>
    public static Linear Normal(long inputs, long outputs, bool hasBias = true)
    {
        var layer = Default(inputs, outputs, hasBias);
        Fill(layer.weight!);
        return layer;
    }

    public static Linear NormalWithZeroBias(long inputs, long outputs)
    {
        var layer = Normal(inputs, outputs);
        Clear(layer.bias!);
        return layer;
    }

    public static void Fill(Tensor weight)
    {
        if (_isOmitted) return;
        using var scope = NewDisposeScope(); // in-place operations return a tensor too
        using var _ = no_grad();
        weight.normal_(0, Deviation);
    }

    private static void Clear(Tensor bias)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        bias.zero_();
    }

    /// <summary>Restores what was before when disposed.</summary>
    public readonly struct Omission(bool former) : IDisposable
    {
        public void Dispose() => _isOmitted = former;
    }
}
