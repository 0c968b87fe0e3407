using AudioBsq.Distributed;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>The blocks of an encoder or decoder, one after another.</summary>
internal sealed class TransformerStack : Module<Tensor, PositionMask, CausalCache?, Tensor>
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

    /// <summary>Activation checkpointing in training; null to keep all activations.</summary>
    public ActivationCheckpointing? Checkpointing { get; set; }

    /// <summary>
    /// (batch, positions, width) → (batch, positions, width), which follow the steps in the <paramref name="cache"/>, if any.
    /// </summary>
    public override Tensor forward(Tensor x, PositionMask mask, CausalCache? cache) => Run(x, mask, cache, resblocks.Count);

    /// <summary>The same with only the first blocks, at least one.</summary>
    public Tensor Run(Tensor x, PositionMask mask, CausalCache? cache, int blocks)
    {
        using var scope = NewDisposeScope();
        for (int i = 0; i < blocks; i++) x = cache is null ? Run(resblocks[i], x, mask) : resblocks[i].call(x, mask, cache[i]);
        return x.MoveToOuterDisposeScope();
    }

    // Each block has a seed of its own, so that activation checkpointing repeats its random numbers on any device.
    private Tensor Run(TransformerBlock block, Tensor x, PositionMask mask)
    {
        x = RankGroup.Current.Gradients.Mark(x, block);
        int? seed = training && _random ? (int)randint(int.MaxValue, [], ScalarType.Int64).item<long>() : null;
        bool checkpointed = training && Checkpointing is not null && is_grad_enabled();
        return checkpointed ? Checkpointing!.Run(block, x, mask, seed) : block.Run(x, mask, seed);
    }
}
