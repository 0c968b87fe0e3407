using AudioBsq.Native;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Quantization;

/// <summary>
/// Limits every coordinate of a latent to a range and rounds it to one of a few levels (Mentzer et al. 2023, "Finite Scalar
/// Quantization: VQ-VAE Made Simple", section 3.1 and appendix A.1). The codebook is the grid of all levels: it is not learned, and
/// needs no loss to stay in use.
/// </summary>
internal sealed class FiniteScalarQuantizer : Quantizer
{
    private readonly bool _paddingTakesPart;
    private readonly LevelGrid _grid;

    public FiniteScalarQuantizer(QuantizerOptions options, Compatibility compatibility)
        : base(options, compatibility, nameof(FiniteScalarQuantizer))
    {
        TorchLibrary.EnsureLoaded();
        _paddingTakesPart = compatibility.PaddingTakesPart;
        _grid = new LevelGrid(options);
    }

    /// <inheritdoc/>
    public override QuantizerOutput Forward(Tensor z, Tensor? valid)
    {
        using var scope = NewDisposeScope();
        CheckValid(z, valid);
        var codes = Quantize(z);
        var entropy = EntropyOfCounts(codes, _paddingTakesPart ? null : valid);
        return new QuantizerOutput(
            codes.MoveToOuterDisposeScope(), Zero(z), Zero(z), entropy.MoveToOuterDisposeScope(), Zero(z), AverageProbability: null);
    }

    /// <summary>
    /// Latents (…, dimension) → codes of the same shape, −1 to 1 − 2 / levels. Gradients pass straight through the rounding, but not
    /// through the bound.
    /// </summary>
    public override Tensor Quantize(Tensor z)
    {
        using var scope = NewDisposeScope();
        var bounded = Bound(z);
        var passing = bounded - bounded.detach(); // exactly 0, with the gradient of the bound
        return (bounded.detach().round().Plus(passing) / Row(_grid.HalfWidth, z)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override Tensor ToBits(Tensor codes)
    {
        var width = Row(_grid.HalfWidth, codes);
        var levels = (codes * width).round().Plus(width).to(ScalarType.Int64); // from 0
        var bits = _grid.Bits.Select((count, i) => levels.narrow(-1, i, 1).bitwise_right_shift(Shifts(count, codes.device)).bitwise_and(1));
        return cat([.. bits], dim: -1).to(ScalarType.Bool);
    }

    /// <inheritdoc/>
    protected override Tensor FromBits(Tensor bits)
    {
        var levels = new Tensor[_grid.Bits.Length];
        for (int i = 0, at = 0; i < levels.Length; at += _grid.Bits[i++])
            levels[i] = bits.narrow(-1, at, _grid.Bits[i]).bitwise_left_shift(Shifts(_grid.Bits[i], bits.device)).sum(-1, keepdim: true);
        var width = tensor(_grid.HalfWidth, ScalarType.Float32, bits.device);
        return (cat(levels, dim: -1).to(ScalarType.Float32) - width) / width;
    }

    // Latents → values that round to −levels / 2 … levels / 2 − 1
    private Tensor Bound(Tensor z) => z.Plus(Row(_grid.Shift, z)).tanh() * Row(_grid.Radius, z) - Scalar(0.5);

    // The entropy, in nats, of how often each code occurs.
    private Tensor EntropyOfCounts(Tensor codes, Tensor? valid)
    {
        using var _ = no_grad();
        var indices = ToIndices(codes);
        if (valid is not null) indices = indices.masked_select(valid);
        if (indices.numel() == 0) return zeros([], codes.dtype, codes.device);
        var (_, _, counts) = indices.flatten().unique(return_counts: true);
        var share = counts!.to(codes.dtype) / Scalar((double)indices.numel());
        return (share * share.log()).sum().neg();
    }

    private static Tensor Zero(Tensor like) => zeros([], like.dtype, like.device).MoveToOuterDisposeScope();

    private static Tensor Row(double[] values, Tensor like) => tensor(values, like.dtype, like.device);
}
