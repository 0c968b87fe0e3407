using System.Diagnostics;
using AudioBsq.Networks;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Times matrix products of 512 × 512, as linear layers compute them.</summary>
internal static class ProductTime
{
    private const int Side = 512, Products = 3;

    /// <summary>Floating-point operations of a product.</summary>
    public const double Operations = 2.0 * Side * Side * Side;

    /// <summary>Seconds of a product: the quickest of a few, after one that makes what is made once.</summary>
    public static double Of(ScalarType type, Device device)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var x = ones(Side, Side, type, device);
        Run(x);
        return Enumerable.Range(0, Products).Min(_ => Run(x));
    }

    // Reading a value waits for a graphics card.
    private static double Run(Tensor x)
    {
        using var scope = NewDisposeScope();
        long start = Stopwatch.GetTimestamp();
        LinearProduct.Apply(x, x, null)[0, 0].to(ScalarType.Float32).item<float>();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
