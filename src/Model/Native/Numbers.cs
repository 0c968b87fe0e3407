using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Native;

/// <summary>
/// Numbers for torch's operations. TorchSharp 0.107 makes a <see cref="Scalar"/> of each and does not keep it alive while torch reads it,
/// so a garbage collection that another thread starts can free the number under the call: training ends in "expected false to be true",
/// or goes on with wrong numbers. So each thread holds on to its last ones here, and no number reaches torch in another way.
/// </summary>
internal static class Numbers
{
    // An operation uses its numbers, three at most, before it returns: torch copies what a backward pass will need.
    private const int Held = 256;

    [ThreadStatic]
    private static Scalar[]? _held;

    [ThreadStatic]
    private static int _next;

    /// <summary>One, which every sum needs as the factor of what is added.</summary>
    public static Scalar One { get; } = 1;

    /// <summary>A number for the operation that the caller is about to start.</summary>
    public static Scalar Number(double value) => Hold(value);

    /// <inheritdoc cref="Number(double)"/>
    public static Scalar Number(float value) => Hold(value);

    /// <inheritdoc cref="Number(double)"/>
    public static Scalar Number(long value) => Hold(value);

    /// <inheritdoc cref="Number(double)"/>
    public static Scalar Number(int value) => Hold(value);

    /// <summary>x + y; TorchSharp's own + makes a number inside.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, alpha: One);

    /// <inheritdoc cref="Plus(Tensor, Tensor)"/>
    public static Tensor Plus(this Tensor x, Scalar y) => x.add(y, alpha: One);

    /// <summary>x², for which TorchSharp's own makes a number inside.</summary>
    public static Tensor Square(this Tensor x) => x.pow(Number(2));

    /// <summary>log(1 + eˣ), for which TorchSharp's own makes numbers inside.</summary>
    public static Tensor Softplus(this Tensor x) => Softplus(x, beta: Number(1.0), threshold: Number(20.0));

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "softplus1")]
    private static extern Tensor Softplus(Tensor x, Scalar beta, Scalar threshold);

    private static Scalar Hold(Scalar number)
    {
        _held ??= new Scalar[Held];
        _held[_next] = number;
        _next = (_next + 1) % Held;
        return number;
    }
}
