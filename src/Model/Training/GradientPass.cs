using AudioBsq.Distributed;
using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Signal;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>The forward and backward pass of a step: its losses, and the gradients of a network and of what is trained beside it.</summary>
internal sealed class GradientPass : IGradientPass
{
    private readonly TrainingOptions _options;
    private readonly LinearDecay _codebookWeight;
    private readonly EnvelopeLoss? _envelope;
    private readonly ActivationCheckpointing? _checkpointing;
    private readonly bool _ownsNetwork;

    /// <param name="network">The network to train.</param>
    /// <param name="mel">The data's mel spectrograms.</param>
    /// <param name="options">How to train it.</param>
    /// <param name="device">Its device.</param>
    /// <param name="ownsNetwork">Whether it is disposed with the pass.</param>
    public GradientPass(AudioBsqNetwork network, MelOptions mel, TrainingOptions options, Device device, bool ownsNetwork = false)
    {
        (Network, _options, _ownsNetwork) = (network, options, ownsNetwork);
        if (options.Envelope is { } envelope)
            _envelope = new EnvelopeLoss(envelope, mel, options.CropFrames ?? network.Options.WindowFrames, device);
        if (options.Adversarial is not null) Adversary = new Adversary(options, network.Options, device);
        if (options.ScaleWeight > 0) Scales = new ScaleLoss(options, network.Options, mel.Scales - 1, device);
        _codebookWeight = new LinearDecay(options.CodebookWeight, options.CodebookWarmupFactor, options.EffectiveCodebookWarmup);
        Network.Checkpointing = _checkpointing = options.ActivationCheckpointing ? new ActivationCheckpointing() : null;
    }

    public AudioBsqNetwork Network { get; }

    public Adversary? Adversary { get; }

    public ScaleLoss? Scales { get; }

    /// <inheritdoc/>
    public IEnumerable<nn.Module> Modules => new nn.Module?[] { Network, Scales?.Head, Adversary?.Discriminator }.OfType<nn.Module>();

    /// <summary>
    /// The gradients of a step, and its losses; null if a mel spectrogram holds NaN or infinity. Where ranks train together, the losses are
    /// those of the whole batch, and the gradients of the ranks add up to its own.
    /// </summary>
    /// <param name="batches">The step's batches.</param>
    /// <param name="step">Its number, from 0.</param>
    /// <param name="half">Whether matrix products are in bfloat16.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public StepLosses? Of(IReadOnlyList<MelBatch> batches, int step, bool half, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var (isFinite, shares) = StepAgreement.Of(batches);
        if (!isFinite) return null; // before it spoils the batch statistics
        Network.train();
        if (_options.Frozen != FrozenHalf.None) Freeze(_options.FrozenAt(step));
        this.Parameters().ClearGradients();
        var losses = new StepLosses();
        var group = RankGroup.Current;
        for (int i = 0; i < batches.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            random.manual_seed(StepSeed.Of(_options.Seed, step, group.Rank * batches.Count + i));
            group.Gradients.IsLastPass = i == batches.Count - 1;
            losses = losses.Plus(Accumulate(batches[i], shares[i], step, half), shares[i]);
        }

        return losses;
    }

    /// <summary>A loss to validate by.</summary>
    public ValidationLoss NewValidationLoss(Device device) => new(_envelope, _options.Envelope?.Weight ?? 0, Network.Options, device);

    public void Dispose()
    {
        Network.Checkpointing = null;
        Freeze(FrozenHalf.None);
        Network.eval();
        Adversary?.Dispose();
        _envelope?.Dispose();
        Scales?.Dispose();
        if (_ownsNetwork) Network.Dispose();
    }

    // Levels are clamped, since a sound far too loud in one band would drown all others.
    private Tensor Envelope(Tensor reconstructed, MelBatch batch) =>
        _envelope!.Of(Network.Unscale(reconstructed, clamp: true), Main(batch.Mel), batch.ValidFrames) * Scalar(_options.Envelope!.Weight);

    private void Freeze(FrozenHalf half)
    {
        Network.Freeze(ModelParts.Encoder, half == FrozenHalf.Encoder);
        Network.Freeze(ModelParts.Decoder, half == FrozenHalf.Decoder);
    }

    // The forward and backward pass of one batch, whose gradients are multiplied by its share of the step.
    private StepLosses Accumulate(MelBatch batch, double share, int step, bool half)
    {
        using var scope = NewDisposeScope();
        var scales = Network.Scale(batch.Mel);
        var target = Main(scales);
        var (reconstructed, features, quantized) = Forward(batch, scales, half);
        var error = ReconstructionLoss.Mean(reconstructed, target, batch.ValidFrames);
        var loss = error;
        var multiResolution = _options.MultiResolution is { } multi
            ? ReconstructionLoss.MultiResolution(reconstructed, target, batch.ValidFrames, multi.Resolutions) * Scalar(multi.Weight)
            : null;
        if (multiResolution is not null) loss = loss.Plus(multiResolution);
        var envelope = _envelope is null ? null : Envelope(reconstructed, batch);
        if (envelope is not null) loss = loss.Plus(envelope);
        var scaleError = Scales?.Of(features, Extra(scales), batch.ValidFrames);
        if (scaleError is not null) loss = loss.Plus(scaleError);
        bool adversarialStep = Adversary?.Acts(step) == true;
        var (adversarial, real, fake) = adversarialStep
            ? Adversary!.ModelLoss(target, reconstructed, batch.ValidFrames, loss, Network.LastWeight, half)
            : ((Tensor?)null, null, null);
        if (adversarial is not null) loss = loss.Plus(adversarial);
        double weight = _codebookWeight.At(step);
        loss = loss.Plus(quantized.Loss * Scalar(weight));
        (share == 1 ? loss : loss * Scalar(share)).backward();
        _checkpointing?.ThrowIfFailed();
        BackwardCallback.ThrowIfFailed();
        double? discriminator = adversarialStep ? Adversary!.Accumulate(target, real!, fake!, share, step) : null;
        return StepLosses.Of(loss, error, quantized, weight, multiResolution, envelope, scaleError, adversarial, discriminator);
    }

    private (Tensor Reconstructed, Tensor Features, Quantization.QuantizerOutput Quantized) Forward(
        MelBatch batch, Tensor scales, bool half)
    {
        using var type = ComputeType.Use(half ? ScalarType.BFloat16 : null);
        var input = First(batch.Masked is null ? scales : Network.Scale(batch.Masked), Network.Options.FrameValues);
        var z = Network.Encode(input, batch.ValidSteps);
        var quantized = Network.Quantizer.Forward(z, ValidPositions(batch));
        var (reconstructed, features) = Network.DecodeWithFeatures(quantized.Codes, batch.ValidSteps);
        return (reconstructed, features, quantized);
    }

    // (batch, frames, values) → the bands of the main window
    private Tensor Main(Tensor mel) => First(mel, Network.Options.Bands);

    // (batch, frames, values) → the bands of all other windows
    private Tensor Extra(Tensor mel) => mel.narrow(2, Network.Options.Bands, mel.shape[2] - Network.Options.Bands);

    private static Tensor First(Tensor mel, int values) => mel.shape[2] == values ? mel : mel.narrow(2, 0, values);

    // (batch, steps) → (batch, positions): every patch of a valid step is valid
    private Tensor? ValidPositions(MelBatch batch) => batch.ValidSteps?.repeat_interleave(Network.Options.PatchesPerStep, dim: 1);
}
