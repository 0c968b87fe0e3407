using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// An encoder that sees a part of the patches, and a light decoder that guesses the others (Huang et al. 2022, "Masked Autoencoders that
/// Listen", section 3). The encoder is the network's own; the decoder is only for pre-training and belongs to this.
/// </summary>
internal sealed class MaskedAutoencoder : Module
{
    private readonly Encoder encoder;
    private readonly MaskedDecoder decoder;
    private readonly AudioBsqOptions _options;

    public MaskedAutoencoder(AudioBsqNetwork network, MaskedDecoderOptions options) : base(nameof(MaskedAutoencoder))
    {
        (_options, encoder, decoder) = (network.Options, network.EncoderBlocks, new MaskedDecoder(network.Options, options));
        RegisterComponents();
    }

    /// <summary>The part that is thrown away after pre-training.</summary>
    public MaskedDecoder Decoder => decoder;

    /// <summary>Activation checkpointing of the encoder; null to keep all activations.</summary>
    public ActivationCheckpointing? Checkpointing
    {
        get => encoder.Stack.Checkpointing;
        set => encoder.Stack.Checkpointing = value;
    }

    /// <summary>
    /// Patches (batch, positions, values of a patch), of which the encoder sees the visible ones → guesses of all patches, the same
    /// shape. <paramref name="valid"/> (batch, steps) is true for valid time steps; null when all are.
    /// </summary>
    public Tensor Reconstruct(Tensor patches, VisiblePatches visible, Tensor? valid)
    {
        using var scope = NewDisposeScope();
        long steps = patches.shape[1] / _options.PatchesPerStep;
        var mask = PositionMask.OfVisible(_options.Encoder, _options, steps, visible, patches);
        return decoder.call(encoder.call(patches, mask, null), visible, valid).MoveToOuterDisposeScope();
    }
}
