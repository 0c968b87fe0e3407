using AudioBsq.Distributed;
using AudioBsq.Inference;
using AudioBsq.Metrics;
using AudioBsq.Native;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>
/// Trains a tokenizer: its data, steps and validation, and its best weights at the end. The loop is
/// <see cref="TrainingLoop{TStep, TProgress}"/>.
/// </summary>
internal sealed class TokenizerTraining : TrainingLoop<TokenizerStep, TrainingProgress>, ITrainingState, IDisposable
{
    private readonly ModelContent _model;
    private readonly TrainingOptions _options;
    private readonly TrainingData _data;
    private readonly int _bands; // of a frame in training, in all its windows
    private readonly Trainer _trainer;
    private readonly BestWeights _best = new();
    private readonly List<ReconstructionSample> _samples = [];
    private BatchSource? _batches;
    private ReconstructionMetrics? _validation;
    private double? _validationLoss;
    private CancellationToken _cancellation;

    /// <param name="model">The model to train.</param>
    /// <param name="mel">The data's mel spectrograms, which may have more windows than the model sees.</param>
    /// <param name="options">How to train it.</param>
    /// <param name="data">Its data.</param>
    /// <param name="report">Gets the reports.</param>
    public TokenizerTraining(
        ModelContent model, MelOptions mel, TrainingOptions options, TrainingData data, Action<TrainingProgress>? report)
        : base(options, report)
    {
        (_model, _options) = (model, options);
        _bands = options.ScaleWeight > 0 ? mel.ValuesPerFrame : model.Options.FrameValues;
        _data = data.Cut(mel.ValuesPerFrame, _bands, model.Options.FrameValues);
        _trainer = new Trainer(model.Network, mel, options, model.Device);
        if (_trainer.Precision.Reason is { } reason) Note(reason);
    }

    public object Model => _model.Options;

    public object Options => _options.Essential();

    public float[]? FirstClip => _data.Clips(0).FirstOrDefault();

    public IEnumerable<(string Name, Tensor Tensor)> Tensors =>
        [.. NamedTensors.Of("model", _model.Network), .. _trainer.Tensors, .. NamedTensors.Prefixed("best", _best.Tensors)];

    protected override ITrainingState State => this;

    protected override int Skipped => _trainer.Optimization.Skipped;

    protected override SamplerPosition Position => _batches!.Position;

    protected override bool IsStalled => _options.Patience > 0 && _best.Misses >= _options.Patience;

    /// <summary>Creates and trains a model, with the weights of another as the first ones if it is given.</summary>
    public static ModelContent Train(
        TrainingData data, AudioBsqOptions options, MelOptions mel, TrainingOptions training,
        Action<TrainingProgress>? report, Action<string>? atStart, ModelContent? from, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        training.Validate();
        var model = ModelContent.Create(options, mel, training.Seed, training.Device);
        try
        {
            string? start = from is null ? null : InitialWeights.Copy(from, model);
            using var generator = new SeededGenerator(training.Seed);
            using var run = new TokenizerTraining(model, mel, training, data, report) { AtStart = atStart };
            if (start is not null) run.Note(start);
            run.Run(cancellation);
            return model;
        }
        catch (Exception failure)
        {
            model.Dispose();
            if (TorchMemory.IsExhausted(failure)) throw MemoryAdvice.Exception(options, training, failure);
            throw;
        }
    }

    public Dictionary<string, double> Scalars()
    {
        var scalars = new Dictionary<string, double>();
        _trainer.SaveScalars(scalars);
        if (_best.Lowest is { } lowest) scalars["lowest_loss"] = lowest;
        scalars["misses"] = _best.Misses;
        return scalars;
    }

    public void Restore(IReadOnlyDictionary<string, double> scalars)
    {
        _trainer.RestoreScalars(scalars);
        _best.Resume(_model.Network, scalars.TryGetValue("lowest_loss", out double lowest) ? lowest : null, (int)scalars["misses"]);
    }

    public void Dispose()
    {
        _trainer.Dispose();
        _best.Dispose();
    }

    protected override IDisposable OpenData(SamplerPosition from, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        return _batches = new BatchSource(_data, _bands, _model.Options, _options, _model.Device, from, cancellation);
    }

    protected override TimeLeft CreateTimeLeft()
    {
        double slowness = 1 + StepOperations.Discriminator(_model.Options, _options) / StepOperations.Network(_model.Options, _options);
        return new TimeLeft(_options.MaxSteps, _options.Adversarial?.StartStep ?? int.MaxValue, slowness);
    }

    // Training reaches about half of the speed of a single product.
    protected override TimeSpan? ExpectedTime(int steps)
    {
        var type = _trainer.Precision.Precision == TrainingPrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        double speed = ProductTime.Operations / ProductTime.Of(type, _model.Device) / 2;
        int slow = Math.Min(steps, _options.MaxSteps - Math.Min(_options.MaxSteps, _options.Adversarial?.StartStep ?? int.MaxValue));
        double operations = steps * StepOperations.Network(_model.Options, _options)
            + slow * StepOperations.Discriminator(_model.Options, _options);
        return TimeSpan.FromSeconds(operations / speed);
    }

    protected override TokenizerStep? Step(int step, out long frames)
    {
        var batches = _batches!.Next(step);
        frames = _batches.Frames;
        return _trainer.Step(batches, step, _cancellation);
    }

    protected override bool Validate(int done, bool last, CancellationToken cancellation)
    {
        (_validation, _validationLoss) = (null, null);
        _samples.Clear();
        if (_data.Validation is null || !(last || done % _options.ValidateEvery == 0)) return false;
        _model.Network.eval();
        _trainer.Optimization.Ema?.Swap();
        try
        {
            var loss = _trainer.NewValidationLoss(_model.Device);
            _validation = new WindowedInference(_model).Evaluate(
                _data.Validation(),
                (clip, mel, reconstructed) =>
                {
                    loss.Add(mel, reconstructed);
                    AddSample(clip, mel, reconstructed);
                },
                RankGroup.Current, cancellation);
            _validationLoss = loss.Of(_validation, RankGroup.Current);
            _best.Update(_model.Network, _validationLoss.Value);
        }
        finally
        {
            _trainer.Optimization.Ema?.Swap();
        }

        return true;
    }

    protected override TrainingProgress Describe() => new()
    {
        Terms = new LossTerms
        {
            Reconstruction = Averages.Of(step => step.Losses.Reconstruction),
            Quantizer = Averages.Of(step => step.Losses.Quantizer),
            UnweightedQuantizer = Averages.Of(step => step.Losses.RawQuantizer),
            MultiResolution = Averages.OfAny(step => step.Losses.MultiResolution),
            Envelope = Averages.OfAny(step => step.Losses.Envelope),
            Scales = Averages.OfAny(step => step.Losses.Scales),
            Adversarial = Averages.OfAny(step => step.Losses.Adversarial),
        },
        MeanAbsoluteError = Averages.Of(step => step.MeanAbsoluteError),
        PositionEntropy = Averages.Of(step => step.Losses.PositionEntropy),
        CodebookEntropy = Averages.Of(step => step.Losses.CodebookEntropy),
        Validation = _validation,
        ValidationLoss = _validationLoss,
        Samples = [.. _samples],
    };

    protected override void Finish()
    {
        if (_best.Lowest is not null) _best.Restore(_model.Network);
        else _trainer.Optimization.Ema?.Swap();
        _model.Network.eval();
    }

    private void AddSample(int clip, float[] mel, float[] reconstructed)
    {
        if (_samples.Count < _options.SampleClips && mel.Length > 0)
            _samples.Add(new ReconstructionSample(clip, mel, reconstructed[..mel.Length]));
    }
}
