using AudioBsq.Distributed;
using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>
/// Masked pre-training of an encoder: its data, steps and validation. The loop is <see cref="TrainingLoop{TStep, TProgress}"/>.
/// </summary>
internal sealed class Pretraining : TrainingLoop<MaskedStep, PretrainingProgress>, ITrainingState, IDisposable
{
    private readonly ModelContent _model;
    private readonly PretrainingOptions _options;
    private readonly TrainingData _data;
    private readonly MaskedTrainer _trainer;
    private readonly List<MaskedSample> _samples = [];
    private BatchSource? _batches;
    private double? _validation;
    private CancellationToken _cancellation;

    public Pretraining(ModelContent model, PretrainingOptions options, TrainingData data, Action<PretrainingProgress>? report)
        : base(options.Training, report)
    {
        (_model, _options, _data) = (model, options, data);
        _trainer = new MaskedTrainer(model.Network, options, model.Device);
        if (_trainer.Precision.Reason is { } reason) Note(reason);
    }

    public object Model => _model.Options;

    public object Options => _options.Essential();

    public float[]? FirstClip => _data.Clips(0).FirstOrDefault();

    public IEnumerable<(string Name, Tensor Tensor)> Tensors => _trainer.Tensors;

    protected override ITrainingState State => this;

    protected override int Skipped => _trainer.Optimization.Skipped;

    protected override SamplerPosition Position => _batches!.Position;

    private TrainingOptions Loop => _options.Training;

    /// <summary>Creates a model and pre-trains its encoder, which is all that the result has.</summary>
    public static ModelContent Train(
        TrainingData data, AudioBsqOptions options, MelOptions mel, PretrainingOptions pretraining,
        Action<PretrainingProgress>? report, Action<string>? atStart, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(mel);
        pretraining.Validate(options);
        var model = ModelContent.Create(options, mel, pretraining.Training.Seed, pretraining.Training.Device);
        try
        {
            using var generator = new SeededGenerator(pretraining.Training.Seed);
            var seen = data.Cut(mel.ValuesPerFrame, options.FrameValues, options.FrameValues);
            using var run = new Pretraining(model, pretraining, seen, report) { AtStart = atStart };
            run.Run(cancellation);
            return model.Half(ModelParts.Encoder);
        }
        catch (Exception failure)
        {
            model.Dispose();
            if (TorchMemory.IsExhausted(failure)) throw MemoryAdvice.Exception(options, pretraining.Training, failure);
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
        _cancellation = cancellation;
        return _batches = new BatchSource(
            _data, _model.Options.FrameValues, _model.Options, Loop with { Augmentation = null }, _model.Device, from, cancellation);
    }

    protected override MaskedStep? Step(int step, out long frames)
    {
        var batches = _batches!.Next(step);
        frames = _batches.Frames;
        return _trainer.Step(batches, step, _cancellation);
    }

    protected override bool Validate(int done, bool last, CancellationToken cancellation)
    {
        _validation = null;
        _samples.Clear();
        if (_data.Validation is null || !(last || done % Loop.ValidateEvery == 0)) return false;
        _trainer.Optimization.Ema?.Swap();
        try
        {
            _validation = MeasureAll(_data.Validation(), cancellation);
        }
        finally
        {
            _trainer.Optimization.Ema?.Swap();
        }

        return true;
    }

    protected override PretrainingProgress Describe() => new() { ValidationLoss = _validation, Samples = [.. _samples] };

    protected override void Finish()
    {
        _trainer.Optimization.Ema?.Swap();
        _model.Network.eval();
    }

    // One clip after another, in crops as long as those of training; each crop has a mask of its own, which the clip's number decides.
    private double MeasureAll(IEnumerable<float[]> clips, CancellationToken cancellation)
    {
        double sum = 0, all = 0;
        var group = RankGroup.Current;
        foreach (var (number, clip) in clips.Index())
        {
            cancellation.ThrowIfCancellationRequested();
            if (clip.Length == 0 || !group.Has(number)) continue;
            using var scope = NewDisposeScope();
            var crops = CropsOf(clip);
            var batch = MelBatch.Of(crops, _model.Options, _model.Options.FrameValues, _model.Device);
            bool sample = _samples.Count < Loop.SampleClips;
            var (loss, patches) = _trainer.Measure(
                batch, StepSeed.Of(Loop.Seed, number, part: -2), sample ? (masked, filled) => Add(number, crops[0], masked, filled) : null);
            sum += loss * patches;
            all += patches;
        }

        double[] sums = group.Sum(sum, all);
        return sums[0] / Math.Max(1, sums[1]);
    }

    private ReadOnlyMemory<float>[] CropsOf(float[] clip)
    {
        var model = _model.Options;
        int values = model.StepsOf(Loop.CropFrames ?? model.WindowFrames) * model.PatchFrames * model.FrameValues;
        return [.. clip.Chunk(values).Select(crop => (ReadOnlyMemory<float>)crop)];
    }

    private void Add(int clip, ReadOnlyMemory<float> crop, Tensor masked, Tensor reconstructed)
    {
        float[] mel = MelScales.Cut(crop.ToArray(), _model.Options.FrameValues, _model.Options.Bands);
        _samples.Add(new MaskedSample(clip, mel, FirstOf(masked, mel.Length), FirstOf(reconstructed, mel.Length)));
    }

    private static float[] FirstOf(Tensor batch, int values) => batch[0].contiguous().ToValues<float>()[..values];
}
