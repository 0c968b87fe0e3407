using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// The floating-point type of this thread's matrix products and attention. Weights, the residual path and normalisations stay in single
/// precision, and so gradients arrive in it (Micikevicius et al. 2018; bfloat16 needs no loss scaling).
/// </summary>
internal static class ComputeType
{
    [ThreadStatic]
    private static ScalarType? _current;

    /// <summary>The type; null to compute in the type of the inputs.</summary>
    public static ScalarType? Current => _current;

    /// <summary>Sets the type until the result is disposed, which must happen on the same thread.</summary>
    public static Former Use(ScalarType? type)
    {
        var former = new Former(_current);
        _current = type;
        return former;
    }

    /// <summary>x · weightᵀ + bias, in the current type.</summary>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias)
    {
        if (RowLinear.InUse) return RowLinear.Apply(x, weight, bias);
        if (_current is not { } type) return LinearProduct.Apply(x, weight, bias);
        using var scope = NewDisposeScope();
        return functional.linear(x.to(type), weight.to(type), bias?.to(type)).MoveToOuterDisposeScope();
    }

    /// <summary>Applies a layer, in the current type.</summary>
    public static Tensor Linear(Tensor x, Linear layer) => Linear(x, layer.weight!, layer.bias);

    /// <summary>Restores the former type when disposed.</summary>
    public readonly struct Former(ScalarType? type) : IDisposable
    {
        public void Dispose() => _current = type;
    }
}
