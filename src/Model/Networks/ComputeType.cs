using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// The number format in which this thread's matrix products and attention are computed. Weights, sums along the residual path and
/// normalisations stay in single precision, so gradients arrive in it too (Micikevicius et al. 2018; bfloat16 needs no loss scaling).
/// </summary>
internal static class ComputeType
{
    [ThreadStatic]
    private static ScalarType? _current;

    /// <summary>Null for the format that numbers have.</summary>
    public static ScalarType? Current => _current;

    /// <summary>Sets the format until what is returned is disposed, on the same thread.</summary>
    public static Former Use(ScalarType? type)
    {
        var former = new Former(_current);
        _current = type;
        return former;
    }

    /// <summary>x · weightᵀ + bias, in the current format.</summary>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias)
    {
        if (_current is not { } type) return functional.linear(x, weight, bias);
        using var scope = NewDisposeScope();
        return functional.linear(x.to(type), weight.to(type), bias?.to(type)).MoveToOuterDisposeScope();
    }

    /// <summary>Applies a layer, in the current format.</summary>
    public static Tensor Linear(Tensor x, Linear layer) => Linear(x, layer.weight!, layer.bias);

    /// <summary>Puts the format back that was before.</summary>
    public readonly struct Former(ScalarType? type) : IDisposable
    {
        public void Dispose() => _current = type;
    }
}
