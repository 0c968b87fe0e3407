using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>Blocks, one after another.</summary>
internal sealed class TransformerStack : Module<Tensor, PositionMask, Past?, Tensor>
{
    private readonly ModuleList<TransformerBlock> resblocks;
    private readonly bool _random;

    public TransformerStack(NetworkOptions network, AudioBsqOptions options) : base(nameof(TransformerStack))
    {
        resblocks = ModuleList(Enumerable.Range(0, network.Layers).Select(_ => new TransformerBlock(network, options)).ToArray());
        _random = network.Dropout + network.AttentionDropout + network.DropPath > 0;
        RegisterComponents();
    }

    /// <summary>The blocks, first to last.</summary>
    public IReadOnlyList<TransformerBlock> Blocks => [.. resblocks];

    /// <summary>How less is kept for the backward pass; null to keep all of it.</summary>
    public ActivationMemory? Memory { get; set; }

    /// <summary>(batch, positions, width) → (batch, positions, width), as what follows <paramref name="past"/> where there is one.</summary>
    public override Tensor forward(Tensor x, PositionMask mask, Past? past)
    {
        using var scope = NewDisposeScope();
        for (int i = 0; i < resblocks.Count; i++) x = past is null ? Run(resblocks[i], x, mask) : resblocks[i].call(x, mask, past[i]);
        return x.MoveToOuterDisposeScope();
    }

    // Each block starts from a seed of its own, so that what it drew can be drawn again, on any device.
    private Tensor Run(TransformerBlock block, Tensor x, PositionMask mask)
    {
        int? seed = training && _random ? (int)randint(int.MaxValue, [], ScalarType.Int64).item<long>() : null;
        return training && Memory is { } memory && is_grad_enabled() ? memory.Run(block, x, mask, seed) : block.Run(x, mask, seed);
    }
}
