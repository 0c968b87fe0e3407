using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>A convolution of every channel with its own taps, along time.</summary>
internal static class DepthwiseConvolution
{
    /// <summary>
    /// (batch, steps × rows, width) → the same shape; each of the rows by itself, zeros beyond both ends. Channels stay the
    /// innermost axis: as a two-dimensional convolution over a transposed view torch has a fast kernel for that, and for a
    /// one-dimensional one it has not.
    /// </summary>
    /// <param name="x">(batch, steps × rows, width), contiguous.</param>
    /// <param name="weight">(width, 1, taps)</param>
    /// <param name="bias">(width)</param>
    /// <param name="rows">Patches of one time step.</param>
    /// <param name="causal">All taps at or before a step, rather than half of them after it.</param>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor bias, int rows, bool causal)
    {
        long taps = weight.shape[2];
        return causal ? Apply(x, weight, bias, rows, taps - 1, 0) : Apply(x, weight, bias, rows, taps / 2, taps / 2);
    }

    /// <summary>The same between any numbers of zeros: the result has before + after − (taps − 1) steps more than <paramref name="x"/>.</summary>
    /// <param name="x">(batch, steps × rows, width), contiguous.</param>
    /// <param name="weight">(width, 1, taps)</param>
    /// <param name="bias">(width)</param>
    /// <param name="rows">Patches of one time step.</param>
    /// <param name="before">Zeros before the first step.</param>
    /// <param name="after">Zeros after the last step.</param>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor bias, int rows, long before, long after)
    {
        using var scope = NewDisposeScope();
        (long batch, long positions, long width) = (x.shape[0], x.shape[1], x.shape[2]);
        var grid = x.reshape(batch, positions / rows, rows, width);
        if (before != after) (grid, before) = (functional.pad(grid, [0, 0, 0, 0, before, after]), 0);
        var y = functional.conv2d(grid.permute(0, 3, 1, 2), weight.unsqueeze(3), bias, padding: [before, 0], groups: width);
        return y.permute(0, 2, 3, 1).reshape(batch, -1, width).MoveToOuterDisposeScope();
    }
}
