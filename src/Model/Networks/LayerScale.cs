using TorchSharp.Modules;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>A learned gain for each channel of a branch (Touvron et al. 2021, "Going deeper with image transformers", section 3).</summary>
internal sealed class LayerScale : Module<Tensor, Tensor>
{
    private readonly Parameter gamma;

    public LayerScale(int width, double value) : base(nameof(LayerScale))
    {
        gamma = Parameter(full(width, Scalar((float)value)));
        RegisterComponents();
    }

    /// <summary>(…, width) → (…, width)</summary>
    public override Tensor forward(Tensor x) => x * gamma;
}
