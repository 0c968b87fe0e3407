using System.Numerics;
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
    // The range extends this far beyond the outermost levels, so that latents reach them. The paper's code has 1e-3 on the other side.
    private const double Reach = 1e-3;

    private readonly bool _paddingTakesPart;
    private readonly int[] _bits;
    private readonly double[] _halfWidth, _radius, _shift;

    public FiniteScalarQuantizer(QuantizerOptions options, Compatibility compatibility)
        : base(options, compatibility, nameof(FiniteScalarQuantizer))
    {
        TorchLibrary.EnsureLoaded();
        _paddingTakesPart = compatibility.PaddingTakesPart;
        _bits = [.. options.EffectiveLevels.Select(level => BitOperations.Log2((uint)level))];
        _halfWidth = [.. options.EffectiveLevels.Select(level => level / 2.0)];
        _radius = [.. options.EffectiveLevels.Select(level => (level - 1) * (1 + Reach) / 2)];
        // The appendix says tan, but atanh is what maps a latent of 0 to the level 0.
        _shift = [.. _radius.Select(radius => Math.Atanh(0.5 / radius))];
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
        return (bounded.detach().round().Plus(passing) / Row(_halfWidth, z)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor Margin(Tensor z)
    {
        using var scope = NewDisposeScope();
        var bounded = Bound(z);
        var distance = (bounded - bounded.round()).abs().neg().Plus(Scalar(0.5));
        return (distance / Row(_radius, z) / z.abs().mean().clamp(min: One)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override Tensor ToBits(Tensor codes)
    {
        var width = Row(_halfWidth, codes);
        var levels = (codes * width).round().Plus(width).to(ScalarType.Int64); // from 0
        var bits = _bits.Select((count, i) => levels.narrow(-1, i, 1).bitwise_right_shift(Shifts(count, codes.device)).bitwise_and(1));
        return cat([.. bits], dim: -1).to(ScalarType.Bool);
    }

    /// <inheritdoc/>
    protected override Tensor FromBits(Tensor bits)
    {
        var levels = new Tensor[_bits.Length];
        for (int i = 0, at = 0; i < levels.Length; at += _bits[i++])
            levels[i] = bits.narrow(-1, at, _bits[i]).bitwise_left_shift(Shifts(_bits[i], bits.device)).sum(-1, keepdim: true);
        var width = tensor(_halfWidth, ScalarType.Float32, bits.device);
        return (cat(levels, dim: -1).to(ScalarType.Float32) - width) / width;
    }

    // Latents → values that round to −levels / 2 … levels / 2 − 1
    private Tensor Bound(Tensor z) => z.Plus(Row(_shift, z)).tanh() * Row(_radius, z) - Scalar(0.5);

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
