using AudioBsq.Native;
using TorchSharp.Modules;
using static AudioBsq.Native.Numbers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Quantization;

/// <summary>
/// Replaces a latent by the nearest entry of a learned codebook (van den Oord et al. 2017, "Neural Discrete Representation Learning",
/// section 3): what binary spherical quantization is measured against.
/// </summary>
internal sealed class VectorQuantizer : Module
{
    private const double Smoothing = 1e-4;

    private readonly bool _normalize;
    private readonly double _commitment;

    /// <param name="entries">Vectors in the codebook.</param>
    /// <param name="dimension">Numbers in a latent.</param>
    /// <param name="normalize">Compare directions only: latents and entries are projected to the unit sphere.</param>
    /// <param name="commitment">Weight of the pull of latents towards their entries, against 1 for that of entries towards latents.</param>
    public VectorQuantizer(int entries, int dimension, bool normalize, double commitment = 0.25) : base(nameof(VectorQuantizer))
    {
        Check.Positive(entries);
        Check.Positive(dimension);
        TorchLibrary.EnsureLoaded();
        (_normalize, _commitment) = (normalize, commitment);
        var weight = Parameter(empty(entries, dimension));
        using (var scope = NewDisposeScope())
        using (no_grad()) weight.uniform_(-1.0 / entries, 1.0 / entries);

        // The reference's name, "embedding.weight", is two levels deep.
        var embedding = new Codebook();
        embedding.register_parameter("weight", weight);
        register_module("embedding", embedding);
    }

    /// <summary>Latents (…, dimension) → entries of the same shape, through which gradients pass straight, their tokens (…), and the loss.</summary>
    public (Tensor Codes, Tensor Tokens, Tensor Loss) Forward(Tensor z)
    {
        using var scope = NewDisposeScope();
        if (_normalize) z = functional.normalize(z, dim: -1);
        var tokens = Nearest(z);
        var entries = ToCodes(tokens);
        var pull = (entries.detach() - z).Square().sum(-1).mean();
        var loss = (pull * Number(_commitment)).Plus((entries - z.detach()).Square().sum(-1).mean());
        var codes = entries.detach().Plus(z - z.detach());
        return (codes.MoveToOuterDisposeScope(), tokens.MoveToOuterDisposeScope(), loss.MoveToOuterDisposeScope());
    }

    /// <summary>Tokens (…) → entries (…, dimension).</summary>
    public Tensor ToCodes(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var found = Entries.index_select(0, tokens.flatten()).reshape([.. tokens.shape, Entries.shape[1]]);
        return (_normalize ? functional.normalize(found, dim: -1) : found).MoveToOuterDisposeScope();
    }

    /// <summary>The entropy of the tokens' counts, in nats, after 1e-4 is added to each.</summary>
    public Tensor Entropy(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var counts = tokens.flatten().bincount(null, minlength: Entries.shape[0]).to(ScalarType.Float32).Plus(Number(Smoothing));
        var p = counts / counts.sum();
        return (p * p.log()).sum().neg().MoveToOuterDisposeScope();
    }

    private Parameter Entries => (Parameter)get_parameter("embedding.weight")!;

    // ‖z − e‖² = ‖z‖² − 2⟨z, e⟩ + ‖e‖², of which the first is the same for all entries.
    private Tensor Nearest(Tensor z)
    {
        using var _ = no_grad();
        var flat = z.reshape(-1, z.shape[^1]);
        var entries = _normalize ? functional.normalize(Entries, dim: -1) : Entries;
        var distance = entries.Square().sum(-1) - flat.matmul(entries.t()) * Number(2);
        return distance.argmin(-1).reshape(z.shape[..^1]);
    }

    private sealed class Codebook() : Module(nameof(Codebook));
}
