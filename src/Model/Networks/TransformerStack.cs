using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>Blocks, one after another.</summary>
internal sealed class TransformerStack : Module<Tensor, PositionMask, Tensor>
{
    private readonly ModuleList<TransformerBlock> resblocks;

    public TransformerStack(NetworkOptions network, AudioBsqOptions options) : base(nameof(TransformerStack))
    {
        resblocks = ModuleList(Enumerable.Range(0, network.Layers).Select(_ => new TransformerBlock(network, options)).ToArray());
        RegisterComponents();
    }

    /// <summary>The blocks, first to last.</summary>
    public IReadOnlyList<TransformerBlock> Blocks => [.. resblocks];

    /// <summary>(batch, positions, width) → (batch, positions, width)</summary>
    public override Tensor forward(Tensor x, PositionMask mask)
    {
        using var scope = NewDisposeScope();
        foreach (var block in resblocks) x = block.call(x, mask);
        return x.MoveToOuterDisposeScope();
    }
}
