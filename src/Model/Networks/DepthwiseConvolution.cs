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
        using var scope = NewDisposeScope();
        (long batch, long positions, long width, long taps) = (x.shape[0], x.shape[1], x.shape[2], weight.shape[2]);
        var grid = x.reshape(batch, positions / rows, rows, width);
        if (causal) grid = functional.pad(grid, [0, 0, 0, 0, taps - 1, 0]);
        return Convolve(grid, weight, bias, padding: causal ? 0 : taps / 2).MoveToOuterDisposeScope();
    }

    /// <summary>(batch, (taps − 1 + steps) × rows, width) → (batch, steps × rows, width): what the steps give that follow taps − 1 others.</summary>
    public static Tensor Continue(Tensor x, Tensor weight, Tensor bias, int rows)
    {
        using var scope = NewDisposeScope();
        return Convolve(x.reshape(x.shape[0], x.shape[1] / rows, rows, x.shape[2]), weight, bias, padding: 0).MoveToOuterDisposeScope();
    }

    // (batch, steps, rows, width) → (batch, positions, width)
    private static Tensor Convolve(Tensor grid, Tensor weight, Tensor bias, long padding)
    {
        var y = functional.conv2d(grid.permute(0, 3, 1, 2), weight.unsqueeze(3), bias, padding: [padding, 0], groups: weight.shape[0]);
        return y.permute(0, 2, 3, 1).reshape(grid.shape[0], -1, grid.shape[3]);
    }
}
