using static TorchSharp.torch;

namespace AudioBsq.Tests;

internal static partial class Close
{
    /// <summary>Compares a tensor with numbers in row-major order.</summary>
    public static void To(
        ReadOnlySpan<float> expected, Tensor actual, double tolerance, string what = "values", IReadOnlyList<long>? shape = null)
    {
        using var scope = NewDisposeScope();
        if (shape is not null) Assert.Equal(shape, actual.shape);
        To(expected, actual.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray(), tolerance, what);
    }

    /// <summary>Compares tensors of one shape.</summary>
    public static void To(Tensor expected, Tensor actual, double tolerance, string what = "values")
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected.shape, actual.shape);
        To(expected.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray(), actual, tolerance, what);
    }
}
