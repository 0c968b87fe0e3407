using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Native;

/// <summary>
/// Scalars that stay alive while torch reads them. TorchSharp 0.107 converts a number to a scalar and does not keep it alive during the
/// call, so a garbage collection that another thread starts can free it: training fails with "expected false to be true", or continues
/// with wrong values. Here each thread keeps its last scalars, and no number is passed to torch in another way.
/// </summary>
internal static class Scalars
{
    // An operation uses its scalars, three at most, before it returns: torch copies what a backward pass needs.
    private const int Capacity = 256;

    [ThreadStatic]
    private static Scalar[]? _held;

    [ThreadStatic]
    private static int _next;

    /// <summary>One, the factor of the second summand in every sum.</summary>
    public static Scalar One { get; } = 1;

    /// <summary>A scalar for the operation that the caller starts next.</summary>
    public static Scalar Scalar(double value) => Hold(value);

    /// <inheritdoc cref="Scalar(double)"/>
    public static Scalar Scalar(float value) => Hold(value);

    /// <inheritdoc cref="Scalar(double)"/>
    public static Scalar Scalar(long value) => Hold(value);

    /// <inheritdoc cref="Scalar(double)"/>
    public static Scalar Scalar(int value) => Hold(value);

    /// <summary>x + y; TorchSharp's own + converts a number inside.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, alpha: One);

    /// <inheritdoc cref="Plus(Tensor, Tensor)"/>
    public static Tensor Plus(this Tensor x, Scalar y) => x.add(y, alpha: One);

    /// <summary>x²; TorchSharp's own converts a number inside.</summary>
    public static Tensor Square(this Tensor x) => x.pow(Scalar(2));

    /// <summary>log(1 + eˣ); TorchSharp's own converts numbers inside.</summary>
    public static Tensor Softplus(this Tensor x) => Softplus(x, beta: Scalar(1.0), threshold: Scalar(20.0));

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "softplus1")]
    private static extern Tensor Softplus(Tensor x, Scalar beta, Scalar threshold);

    private static Scalar Hold(Scalar scalar)
    {
        _held ??= new Scalar[Capacity];
        _held[_next] = scalar;
        _next = (_next + 1) % Capacity;
        return scalar;
    }
}
