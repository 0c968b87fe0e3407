using AudioBsq.Native;
using AudioBsq.Signal;
using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>Trains a vocoder: its data and steps. The loop is <see cref="TrainingLoop{TStep, TProgress}"/>.</summary>
internal sealed class VocoderTraining : TrainingLoop<VocoderStep, VocoderProgress>, ITrainingState, IDisposable
{
    private readonly NeuralVocoder _vocoder;
    private readonly VocoderTrainingOptions _options;
    private readonly VocoderRows _rows;
    private readonly VocoderTrainer _trainer;
    private CropSampler? _sampler;
    private IEnumerator<float[]>? _crops;

    public VocoderTraining(NeuralVocoder vocoder, VocoderTrainingOptions options, VocoderTrainingData data, Action<VocoderProgress>? report)
        : base(options, report)
    {
        (_vocoder, _options) = (vocoder, options);
        _rows = new VocoderRows(data, vocoder.Mel, options.CropFrames);
        _trainer = new VocoderTrainer(vocoder, options);
    }

    public object Model => new VocoderModel(_vocoder.Options, _vocoder.Mel);

    public object Options => _options.Essential();

    public float[]? FirstClip => _rows.OnePass(0, CancellationToken.None).FirstOrDefault();

    public IEnumerable<(string Name, Tensor Tensor)> Tensors => [.. NamedTensors.Of("vocoder", _vocoder.Network), .. _trainer.Tensors];

    protected override ITrainingState State => this;

    protected override int Skipped => _trainer.Optimization.Skipped;

    protected override SamplerPosition Position => _sampler!.Position;

    protected override TimeLeft CreateTimeLeft() =>
        new(_options.MaxSteps, _options.Adversarial?.StartStep ?? int.MaxValue, slowness: VocoderAdversary.Slowness);

    /// <summary>Creates and trains a vocoder, whose first weights are those of another one, if there is one to start from.</summary>
    public static NeuralVocoder Train(
        VocoderTrainingData data, VocoderOptions options, MelOptions mel, VocoderTrainingOptions training,
        Action<VocoderProgress>? report, NeuralVocoder? from, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        training.Validate(mel);
        if (from is not null)
        {
            ModelStart.CheckAlike("network", from.Options with { LookAheadFrames = options.LookAheadFrames }, options);
            ModelStart.CheckAlike("mel spectrogram", from.Mel, mel);
        }

        var vocoder = NeuralVocoder.Create(options, mel, training.Seed, training.Device);
        try
        {
            if (from is not null) vocoder.Network.CopyFrom(from.Network);
            using var generator = new SeededGenerator(training.Seed);
            using var run = new VocoderTraining(vocoder, training, data, report);
            run.Run(cancellation);
            return vocoder;
        }
        catch
        {
            vocoder.Dispose();
            throw;
        }
    }

    public Dictionary<string, double> Scalars()
    {
        var scalars = new Dictionary<string, double>();
        _trainer.SaveScalars(scalars);
        return scalars;
    }

    public void Restore(IReadOnlyDictionary<string, double> scalars) => _trainer.RestoreScalars(scalars);

    public void Dispose() => _trainer.Dispose();

    protected override IDisposable OpenData(SamplerPosition from, CancellationToken cancellation)
    {
        _sampler = new CropSampler(pass => _rows.OnePass(pass, cancellation), _rows.Width, _options.CropFrames, _options.Seed);
        return _crops = _sampler.Crops(from).GetEnumerator();
    }

    protected override VocoderStep? Step(int step, out long frames)
    {
        float[][] crops = new float[_options.BatchSize][];
        for (int i = 0; i < crops.Length && _crops!.MoveNext(); i++) crops[i] = _crops.Current;
        frames = (long)_options.BatchSize * _options.CropFrames;
        return _trainer.Step(VocoderBatch.Of(crops, _vocoder, _options, step), step);
    }

    protected override VocoderProgress Describe() =>
        new() { MelError = Averages.Of(step => step.MelError), FrameRate = _vocoder.Mel.FrameRate };

    protected override void Finish()
    {
        _trainer.Optimization.Ema?.Swap();
        _vocoder.Network.eval();
    }

    // What weights of a vocoder belong to.
    private sealed record VocoderModel(VocoderOptions Options, MelOptions Mel);
}
