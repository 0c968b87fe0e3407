using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// One linear layer from the decoder's last features to the bands of further windows. It is only for training, and no part of a model.
/// </summary>
internal sealed class ScaleHead : Module<Tensor, Tensor>
{
    private readonly Linear output;
    private readonly AudioBsqOptions _options;
    private readonly int _scales;

    public ScaleHead(AudioBsqOptions options, int scales) : base(nameof(ScaleHead))
    {
        (_options, _scales) = (options, scales);
        int features = options.EffectiveDecoder.HeadWidth ?? options.EffectiveDecoder.Width;
        output = WeightInit.NormalWithZeroBias(features, options.PatchFrames * options.PatchBands * scales);
        RegisterComponents();
    }

    /// <summary>(batch, positions, features) → (batch, frames, bands × scales) in network units</summary>
    public override Tensor forward(Tensor features)
    {
        using var scope = NewDisposeScope();
        var scales = ComputeType.Linear(features, output).to(ScalarType.Float32).chunk(_scales, dim: -1);
        return cat([.. scales.Select(patches => Patches.Join(patches, _options))], dim: -1).MoveToOuterDisposeScope();
    }
}
