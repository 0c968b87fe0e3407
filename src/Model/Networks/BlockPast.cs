using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>What one block remembers of the time steps before.</summary>
internal sealed class BlockPast : IDisposable
{
    private Tensor? _keys, _values, _convolved;

    /// <summary>New keys and values (batch, heads, positions, channels) behind the remembered ones; of all these the last <paramref name="keep"/> positions are remembered.</summary>
    public (Tensor Keys, Tensor Values) Attend(Tensor keys, Tensor values, long keep) =>
        (Extend(ref _keys, keys, dim: 2, keep), Extend(ref _values, values, dim: 2, keep));

    /// <summary>New positions (batch, positions, width) behind exactly <paramref name="keep"/> before them, zeros before the beginning.</summary>
    public Tensor Convolve(Tensor x, long keep)
    {
        _convolved ??= zeros([x.shape[0], keep, x.shape[2]], x.dtype, x.device).DetachFromDisposeScope();
        return Extend(ref _convolved, x, dim: 1, keep);
    }

    public void Dispose()
    {
        _keys?.Dispose();
        _values?.Dispose();
        _convolved?.Dispose();
    }

    private static Tensor Extend(ref Tensor? kept, Tensor next, int dim, long keep)
    {
        var all = kept is null ? next : cat([kept, next], dim);
        long count = Math.Min(keep, all.shape[dim]);
        kept?.Dispose();
        kept = all.narrow(dim, all.shape[dim] - count, count).clone().DetachFromDisposeScope();
        return all;
    }
}
