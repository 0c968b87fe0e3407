using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>The patches of a batch that an encoder sees where others are masked, as many of each clip; the rest are gaps.</summary>
/// <param name="Index">Their positions in the whole grid, (batch, visible), Int64, without repetition.</param>
/// <param name="Valid">
/// (batch, visible), true for visible patches and false for others, which fill up clips with fewer visible ones; null when all are valid.
/// </param>
/// <param name="Positions">Positions of the whole grid.</param>
internal sealed record VisiblePatches(Tensor Index, Tensor? Valid, long Positions)
{
    /// <summary>(batch, positions, channels) → (batch, visible, channels)</summary>
    public Tensor Gather(Tensor x) => x.gather(1, IndexOf(x.shape[2]));

    /// <summary>The rows of a table (positions, channels) → (batch, visible, channels)</summary>
    public Tensor Rows(Tensor table) => table.index_select(0, Index.flatten()).reshape(Index.shape[0], Index.shape[1], -1);

    /// <summary>(batch, visible, channels) → (batch, positions, channels), with zeros in the gaps.</summary>
    public Tensor Scatter(Tensor x) => Scatter(x, zeros([x.shape[0], Positions, x.shape[2]], x.dtype, x.device));

    /// <summary>The same, with the values of <paramref name="gaps"/> (batch, positions, channels) in the gaps.</summary>
    public Tensor Scatter(Tensor x, Tensor gaps)
    {
        if (Valid is not null) x = where(Valid.unsqueeze(2), x, Gather(gaps));
        return gaps.scatter(1, IndexOf(x.shape[2]), x);
    }

    private Tensor IndexOf(long channels) => Index.unsqueeze(2).expand(-1, -1, channels);
}
