using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>How the network knows where a patch is.</summary>
internal static class Positions
{
    private const double Base = 10_000;

    /// <summary>
    /// What is added to each position (positions, width): a row of the table for each (the published version's way), or, where attention knows
    /// the time steps, one for each patch of a step.
    /// </summary>
    public static Tensor Vectors(Tensor table, long positions, bool everyPosition) =>
        everyPosition ? table.narrow(0, 0, positions) : table.repeat([positions / table.shape[0], 1]);

    /// <summary>
    /// Cosines and sines (2, positions, channels / 2) by which the channels of a head are turned: step · 10000^(−2j / channels) for pair j (Su et
    /// al. 2021, equation 15). The angles have double precision, so that hours from the beginning are as good as the beginning.
    /// </summary>
    public static Tensor Rotation(long firstStep, long steps, int perStep, int channels, Device device)
    {
        using var scope = NewDisposeScope();
        var speeds = tensor(Enumerable.Range(0, channels / 2).Select(j => Math.Pow(Base, -2.0 * j / channels)).ToArray(), device: device);
        var step = arange(Number(firstStep), Number(firstStep + steps), One, ScalarType.Float64, device);
        var angles = step.unsqueeze(1) * speeds;
        var both = stack([angles.cos(), angles.sin()]).to(ScalarType.Float32);
        return both.repeat_interleave(perStep, dim: 1).MoveToOuterDisposeScope();
    }

    /// <summary>Turns (batch, heads, positions, channels): channel j and channel j + channels / 2 are one pair.</summary>
    public static Tensor Rotate(Tensor x, Tensor rotation)
    {
        using var scope = NewDisposeScope();
        var (halves, turn) = (x.chunk(2, -1), rotation.to(x.dtype).unbind(0));
        return cat([halves[0] * turn[0] - halves[1] * turn[1], (halves[1] * turn[0]).Plus(halves[0] * turn[1])], -1).MoveToOuterDisposeScope();
    }
}
