using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>Position embeddings: a learned table and rotary positions.</summary>
internal static class Positions
{
    private const double Base = 10_000;

    /// <summary>
    /// The vectors (positions, width) that are added to the inputs: in the published version a row of the table for each position; with
    /// rotary positions, which encode the time step, one for each patch of a step.
    /// </summary>
    public static Tensor Vectors(Tensor table, long positions, bool everyPosition) =>
        everyPosition ? table.narrow(0, 0, positions) : table.repeat([positions / table.shape[0], 1]);

    /// <summary>
    /// Rotary positions (Su et al. 2021, equation 15): cosines and sines (2, positions, channels / 2) of the angles step · 10000^(−2j /
    /// channels) for channel pair j. The angles have double precision, so that they are exact hours into a stream too.
    /// </summary>
    public static Tensor Rotation(long firstStep, long steps, int perStep, int channels, Device device)
    {
        using var scope = NewDisposeScope();
        var speeds = tensor(Enumerable.Range(0, channels / 2).Select(j => Math.Pow(Base, -2.0 * j / channels)).ToArray(), device: device);
        var step = arange(Scalar(firstStep), Scalar(firstStep + steps), One, ScalarType.Float64, device);
        var angles = step.unsqueeze(1) * speeds;
        var both = stack([angles.cos(), angles.sin()]).to(ScalarType.Float32);
        return both.repeat_interleave(perStep, dim: 1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Rotates (batch, heads, positions, channels): channel j and channel j + channels / 2 are one pair. The rotation's cosines and sines
    /// broadcast to that.
    /// </summary>
    public static Tensor Rotate(Tensor x, Tensor rotation)
    {
        using var scope = NewDisposeScope();
        var (halves, cosSin) = (x.chunk(2, -1), rotation.to(x.dtype).unbind(0));
        var (first, second, cos, sin) = (halves[0], halves[1], cosSin[0], cosSin[1]);
        return cat([first * cos - second * sin, (second * cos).Plus(first * sin)], -1).MoveToOuterDisposeScope();
    }
}
