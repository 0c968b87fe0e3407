using AudioBsq.Inference;
using AudioBsq.Native;
using AudioBsq.Metrics;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>The training loop: batches in, steps, validation, reports, checkpoints, the best weights at the end.</summary>
internal sealed class TrainingRun(ModelContent model, TrainingOptions options, TrainingData data, Action<TrainingProgress>? report)
{
    private readonly ProgressReporter _reporter = new(options, report);

    /// <summary>How a checkpoint's file is made; tests put failing ones here.</summary>
    public Func<string, Stream>? CreateFile { get; init; }

    /// <summary>Makes a model and fits it.</summary>
    public static ModelContent Train(
        TrainingData data, AudioBsqOptions options, MelOptions mel, TrainingOptions training, Action<TrainingProgress>? report, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        training.Validate();
        var model = ModelContent.Create(options, mel, training.Seed, training.Device);
        try
        {
            using var generator = new SeededGenerator(training.Seed);
            new TrainingRun(model, training, data, report).Run(cancellation);
            return model;
        }
        catch (Exception failure)
        {
            model.Dispose();
            if (TorchMemory.IsExhausted(failure)) throw MemoryAdvice.Exception(options, training, failure);
            throw;
        }
    }

    public void Run(CancellationToken cancellation)
    {
        using var trainer = new Trainer(model.Network, options, model.Device);
        using var best = new BestWeights();
        var checkpoints = options.Checkpoints is null ? null : new TrainingCheckpoints(model, options, data, trainer, best, CreateFile);
        var (first, position) = checkpoints?.Resume(_reporter.Note) ?? (0, default);
        _reporter.FirstStep = first;
        using var batches = new BatchSource(data, model.Options, options, model.Device, position, cancellation);
        for (int step = first; step < options.MaxSteps && !Stalled(best); step++)
        {
            cancellation.ThrowIfCancellationRequested();
            Step(trainer, batches, step);
            bool last = step + 1 == options.MaxSteps;
            var samples = new List<ReconstructionSample>();
            var validation = data.Validation is not null && (last || (step + 1) % options.ValidateEvery == 0) ? Validate(trainer, best, samples, cancellation) : null;
            if (validation is not null || last || (step + 1) % options.ReportEvery == 0) _reporter.Report(step + 1, batches.Epoch, trainer.Skipped, validation, samples);
            checkpoints?.Save(step + 1, batches.Position, last || Stalled(best));
        }

        if (best.Lowest is not null) best.Restore(model.Network);
        else trainer.Ema?.Swap();
        model.Network.eval();
    }

    private bool Stalled(BestWeights best) => options.Patience > 0 && best.Misses >= options.Patience;

    private void Step(Trainer trainer, BatchSource source, int step)
    {
        using var scope = NewDisposeScope();
        var batches = source.Next(step);
        _reporter.Add(batches.Sum(batch => batch.Frames), trainer.Step(batches, step));
    }

    private ReconstructionMetrics Validate(Trainer trainer, BestWeights best, List<ReconstructionSample> samples, CancellationToken cancellation)
    {
        model.Network.eval();
        trainer.Ema?.Swap();
        try
        {
            var metrics = new WindowedInference(model).Evaluate(data.Validation!(), Keep, cancellation);
            best.Update(model.Network, metrics.MeanAbsoluteError);
            return metrics;
        }
        finally
        {
            trainer.Ema?.Swap();
        }

        void Keep(int clip, float[] mel, float[] reconstructed)
        {
            if (samples.Count < options.SampleClips && mel.Length > 0) samples.Add(new ReconstructionSample(clip, mel, reconstructed[..mel.Length]));
        }
    }
}
