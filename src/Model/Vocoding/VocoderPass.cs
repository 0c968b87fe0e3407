using AudioBsq.Distributed;
using AudioBsq.Networks;
using AudioBsq.Training;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>The forward and backward pass of a vocoder's step: its losses, and the gradients of network and discriminators.</summary>
internal sealed class VocoderPass : IGradientPass
{
    private readonly NeuralVocoder _vocoder;
    private readonly VocoderLoss _loss;
    private readonly bool _ownsVocoder;

    /// <param name="vocoder">The vocoder to train.</param>
    /// <param name="options">How to train it.</param>
    /// <param name="ownsVocoder">Whether it is disposed with the pass.</param>
    public VocoderPass(NeuralVocoder vocoder, VocoderTrainingOptions options, bool ownsVocoder = false)
    {
        (_vocoder, _loss, _ownsVocoder) = (vocoder, new VocoderLoss(options, vocoder), ownsVocoder);
        if (options.Adversarial is not null) Adversary = new VocoderAdversary(options, vocoder.Mel, vocoder.Device);
    }

    public VocoderAdversary? Adversary { get; }

    /// <inheritdoc/>
    public IEnumerable<nn.Module> Modules => [_vocoder.Network, .. Adversary?.Discriminators ?? []];

    /// <summary>
    /// The gradients of a step, and its losses. Where ranks train together, the losses are those of the whole batch, and the gradients of
    /// the ranks add up to its own.
    /// </summary>
    public VocoderLosses Of(VocoderBatch batch, int step)
    {
        using var scope = NewDisposeScope();
        _vocoder.Network.train();
        this.Parameters().ClearGradients();
        var group = RankGroup.Current;
        group.Gradients.IsLastPass = true;
        var (loss, melError, synthesized) = _loss.Of(_vocoder.Network.Predict(batch.Levels, batch.LogMagnitude), batch.Sound);
        var (adversarial, discriminators) =
            Adversary?.Acts(step) == true ? Adversary.Losses(synthesized, batch.Sound) : ((Tensor?)null, null);
        if (adversarial is not null) loss = loss.Plus(adversarial);
        loss.backward();
        BackwardCallback.ThrowIfFailed();
        if (discriminators is not null) Adversary!.Backward(discriminators);
        double[] sums = group.Sum(loss.item<float>(), melError.item<float>(), discriminators?.item<float>() ?? 0);
        return new VocoderLosses(sums[0], sums[1], discriminators is null ? null : sums[2]);
    }

    public void Dispose()
    {
        _loss.Dispose();
        Adversary?.Dispose();
        if (_ownsVocoder) _vocoder.Dispose();
    }
}

/// <summary>The losses of a step.</summary>
/// <param name="Total">What the vocoder minimises.</param>
/// <param name="MelError">Mean absolute difference of log mel spectrograms in nepers.</param>
/// <param name="Discriminators">What the discriminators minimise; null where they do not act.</param>
internal sealed record VocoderLosses(double Total, double MelError, double? Discriminators);
