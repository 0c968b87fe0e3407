using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>What one causal block keeps of earlier steps: attention's keys and values, and the convolution's inputs.</summary>
internal sealed class BlockCache : IDisposable
{
    private Tensor? _keys, _values, _convolutionInputs;

    /// <summary>
    /// The cached keys and values followed by new ones (batch, heads, positions, channels). The last <paramref name="keep"/> positions of these are cached.
    /// </summary>
    public (Tensor Keys, Tensor Values) AppendKeysAndValues(Tensor keys, Tensor values, long keep) =>
        (Append(ref _keys, keys, dim: 2, keep), Append(ref _values, values, dim: 2, keep));

    /// <summary>The last <paramref name="keep"/> positions, zeros before the first step, followed by new ones (batch, positions, width).</summary>
    public Tensor AppendConvolutionInputs(Tensor x, long keep)
    {
        _convolutionInputs ??= zeros([x.shape[0], keep, x.shape[2]], x.dtype, x.device).DetachFromDisposeScope();
        return Append(ref _convolutionInputs, x, dim: 1, keep);
    }

    public void Dispose()
    {
        _keys?.Dispose();
        _values?.Dispose();
        _convolutionInputs?.Dispose();
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
