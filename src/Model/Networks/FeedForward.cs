using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>The feed-forward network, on each position alone: two linear layers with an exact GELU between them.</summary>
internal sealed class FeedForward : Module<Tensor, Tensor>
{
    private readonly Linear c_fc, c_proj;
    private readonly double _dropout;

    public FeedForward(NetworkOptions network) : base(nameof(FeedForward))
    {
        int hidden = (int)(network.Width * network.MlpRatio);
        c_fc = WeightInit.NormalWithZeroBias(network.Width, hidden);
        c_proj = WeightInit.NormalWithZeroBias(hidden, network.Width);
        _dropout = network.Dropout;
        RegisterComponents();
    }

    /// <summary>(batch, positions, width) → (batch, positions, width)</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = functional.gelu(ComputeType.Linear(x, c_fc));
        x = ComputeType.Linear(x, c_proj);
        if (training && _dropout > 0) x = functional.dropout(x, _dropout);
        return x.MoveToOuterDisposeScope();
    }
}
