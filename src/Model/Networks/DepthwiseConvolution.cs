using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>A depthwise convolution along time: each channel has its own taps.</summary>
internal static class DepthwiseConvolution
{
    /// <summary>
    /// (batch, steps × rows, width) → the same shape; each row by itself, with zeros beyond both ends. Channels stay the innermost axis,
    /// for which torch has a fast kernel of a two-dimensional convolution over a transposed view, but none of a one-dimensional
    /// convolution.
    /// </summary>
    /// <param name="x">(batch, steps × rows, width), contiguous.</param>
    /// <param name="weight">(width, 1, taps)</param>
    /// <param name="bias">(width)</param>
    /// <param name="rows">Patches of one time step.</param>
    /// <param name="causal">All taps are at or before a step; otherwise half of them are after it.</param>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor bias, int rows, bool causal)
    {
        long taps = weight.shape[2];
        return causal ? Apply(x, weight, bias, rows, taps - 1, 0) : Apply(x, weight, bias, rows, taps / 2, taps / 2);
    }

    /// <summary>The same with any zero padding: the result has before + after − (taps − 1) steps more than <paramref name="x"/>.</summary>
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
