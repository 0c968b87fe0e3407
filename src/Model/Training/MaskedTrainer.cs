using AudioBsq.Distributed;
using AudioBsq.Native;
using AudioBsq.Networks;
using TorchSharp;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>Runs steps of masked pre-training on batches of mel spectrograms, and measures its loss.</summary>
internal sealed class MaskedTrainer : IDisposable
{
    private readonly AudioBsqNetwork _network;
    private readonly PretrainingOptions _options;
    private readonly MaskedAutoencoder _autoencoder;
    private readonly PatchMasks _masks;
    private readonly ActivationCheckpointing? _checkpointing;
    private readonly Device _device;
    private bool _half;

    public MaskedTrainer(AudioBsqNetwork network, PretrainingOptions options, Device device)
    {
        (_network, _options, _device) = (network, options, device);
        Precision = PrecisionChoice.Of(options.Training.Precision, device);
        _half = Precision.Precision == TrainingPrecision.BFloat16;
        _masks = new PatchMasks(options, network.Options.PatchesPerStep);
        using (new SeededGenerator(options.Training.Seed)) _autoencoder = new MaskedAutoencoder(network, options.Decoder);
        _autoencoder.Decoder.to(device);
        Optimization = new Optimization(_autoencoder, options.Training, device, Optimization.DecaysIn(network.Options));
        _autoencoder.Checkpointing = _checkpointing = options.Training.ActivationCheckpointing ? new ActivationCheckpointing() : null;
    }

    public Optimization Optimization { get; }

    /// <summary>The precision that was chosen at the start, which a checkpoint may overrule.</summary>
    public PrecisionChoice Precision { get; }

    /// <summary>Weights of encoder and decoder and states of the optimizer, by name.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors => [.. NamedTensors.Of("model", _autoencoder), .. Optimization.Tensors];

    /// <summary>One optimizer step. Returns its measurements, or null if it was skipped.</summary>
    /// <exception cref="ArithmeticException">Too many steps in a row were not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, between two batches; the weights are those before the step.</exception>
    public MaskedStep? Step(IReadOnlyList<MelBatch> batches, int step, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var (isFinite, shares) = StepAgreement.Of(batches);
        if (!isFinite) // before it spoils the batch statistics
        {
            Optimization.Skip(step, "a mel spectrogram holds NaN or infinity");
            return null;
        }

        _autoencoder.train();
        Optimization.ClearGradients();
        double loss = 0;
        var group = RankGroup.Current;
        for (int i = 0; i < batches.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var pass = NewDisposeScope();
            int seed = StepSeed.Of(_options.Training.Seed, step, i);
            random.manual_seed(seed);
            group.Gradients.IsLastPass = i == batches.Count - 1;
            var error = Guess(batches[i], RandomOfOwnPart(seed)).Error;
            (error * Scalar(shares[i])).backward();
            _checkpointing?.ThrowIfFailed();
            BackwardCallback.ThrowIfFailed();
            loss += group.Sum(error.item<float>())[0] * shares[i];
        }

        if (Optimization.Update(loss, step) is not { } update) return null;
        return new MaskedStep(loss, update.GradientNorm, update.LearningRate);
    }

    /// <summary>
    /// The loss of a batch with masks from a seed, and the number of patches that it is the mean of. <paramref name="observe"/>, if any,
    /// gets the masked and the reconstructed mel (batch, frames, bands), in the unit of the mel column.
    /// </summary>
    public (double Loss, double Patches) Measure(MelBatch batch, int seed, Action<Tensor, Tensor>? observe)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var alone = RankGroup.Alone.Use(); // ranks measure different clips
        _autoencoder.eval();
        var guess = Guess(batch, new Random(seed));
        observe?.Invoke(Levels(guess.Patches.masked_fill(guess.Masked.unsqueeze(2) == One, Scalar(double.NaN))), Levels(Filled(guess)));
        return (guess.Error.item<float>(), guess.Weights.sum().item<float>());
    }

    public void SaveScalars(Dictionary<string, double> scalars)
    {
        Optimization.SaveScalars(scalars);
        scalars["bfloat16"] = _half ? 1 : 0;
    }

    public void RestoreScalars(IReadOnlyDictionary<string, double> scalars)
    {
        Optimization.RestoreScalars(scalars);
        if (_options.Training.Precision == TrainingPrecision.Auto) _half = scalars["bfloat16"] == 1;
    }

    public void Dispose()
    {
        _autoencoder.Checkpointing = null;
        Optimization.Dispose();
        _autoencoder.Decoder.Dispose();
    }

    // Every clip of a batch takes a number, those of the ranks before this one too.
    private Random RandomOfOwnPart(int seed)
    {
        var masks = new Random(seed);
        for (int i = RankGroup.Current.PartOf(_options.Training.BatchSize).Start; i > 0; i--) masks.Next();
        return masks;
    }

    private MaskedGuess Guess(MelBatch batch, Random random)
    {
        var model = _network.Options;
        int steps = (int)batch.Mel.shape[1] / model.PatchFrames;
        var patches = Patches.Split(_network.Scale(batch.Mel), model);
        var (visible, masked) = _masks.Of(StepsOfClips(batch, steps), steps, random, _device);
        var weights = batch.ValidFrames is null ? masked : masked * WholePatches(batch.ValidFrames, steps);
        Tensor guessed;
        using (ComputeType.Use(_half ? ScalarType.BFloat16 : null)) guessed = _autoencoder.Reconstruct(patches, visible, batch.ValidSteps);
        var target = _options.NormalizePatches ? MaskedLoss.Normalize(patches) : patches;
        return new MaskedGuess(patches, guessed, masked, weights, MaskedLoss.Of(guessed, target, weights));
    }

    private static int[] StepsOfClips(MelBatch batch, int steps) => batch.ValidSteps is null
        ? [.. Enumerable.Repeat(steps, (int)batch.Mel.shape[0])]
        : [.. batch.ValidSteps.sum(1).to(ScalarType.Int32).ToValues<int>()];

    // (batch, frames) → (batch, positions), 1 at patches without padding
    private Tensor WholePatches(Tensor validFrames, int steps) => validFrames.reshape(-1, steps, _network.Options.PatchFrames).all(2)
        .repeat_interleave(_network.Options.PatchesPerStep, dim: 1).to(ScalarType.Float32);

    // The visible patches, and the guesses of the masked ones with the mean and deviation of the true ones.
    private Tensor Filled(MaskedGuess guess)
    {
        var guessed = guess.Guessed;
        if (_options.NormalizePatches)
        {
            var (mean, deviation) = MaskedLoss.Moments(guess.Patches);
            guessed = (guessed * deviation).Plus(mean);
        }

        return where(guess.Masked.unsqueeze(2) == One, guessed, guess.Patches);
    }

    // Of the main window, whose values are the first of a patch.
    private Tensor Levels(Tensor patches)
    {
        var main = patches.narrow(2, 0, (long)_network.Options.PatchFrames * _network.Options.PatchBands);
        return _network.Unscale(Patches.Join(main, _network.Options), clamp: true).cpu();
    }

    private sealed record MaskedGuess(Tensor Patches, Tensor Guessed, Tensor Masked, Tensor Weights, Tensor Error);
}
