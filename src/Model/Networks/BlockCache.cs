using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>The caches of one causal block: the key/value cache of its attention and its convolution cache.</summary>
internal sealed class BlockCache : IDisposable
{
    private Tensor? _keys, _values, _convolutionInputs;

    /// <summary>
    /// Appends keys and values (batch, heads, positions, channels) to the cached ones and returns all. The last <paramref name="keep"/>
    /// positions stay in the cache.
    /// </summary>
    public (Tensor Keys, Tensor Values) AppendKeysAndValues(Tensor keys, Tensor values, long keep) =>
        (Append(ref _keys, keys, dim: 2, keep), Append(ref _values, values, dim: 2, keep));

    /// <summary>
    /// Appends the convolution's inputs (batch, positions, width) to the cached ones and returns all. The last <paramref name="keep"/>
    /// positions stay in the cache, which starts with zeros.
    /// </summary>
    public Tensor AppendConvolutionInputs(Tensor x, long keep)
    {
        _convolutionInputs ??= zeros([x.shape[0], keep, x.shape[2]], x.dtype, x.device).DetachFromDisposeScope();
        return Append(ref _convolutionInputs, x, dim: 1, keep);
    }

    /// <summary>Drops all but the first clips of the batch.</summary>
    public void KeepClips(int count)
    {
        KeepClips(ref _keys, count);
        KeepClips(ref _values, count);
        KeepClips(ref _convolutionInputs, count);
    }

    public void Dispose()
    {
        _keys?.Dispose();
        _values?.Dispose();
        _convolutionInputs?.Dispose();
    }

    private static void KeepClips(ref Tensor? cached, long count)
    {
        if (cached is not { } all || all.shape[0] <= count) return;
        using var scope = NewDisposeScope();
        cached = all.narrow(0, 0, count).clone().DetachFromDisposeScope();
        all.Dispose();
    }

    private static Tensor Append(ref Tensor? cached, Tensor next, int dim, long keep)
    {
        var all = cached is null ? next : cat([cached, next], dim);
        long count = Math.Min(keep, all.shape[dim]);
        cached?.Dispose();
        cached = all.narrow(dim, all.shape[dim] - count, count).clone().DetachFromDisposeScope();
        return all;
    }
}
