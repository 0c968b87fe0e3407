using System.Diagnostics;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>The training loop: crops in, steps, reports, validation, the best weights at the end.</summary>
internal sealed class TrainingRun(AudioBsqModel model, TrainingOptions options, TrainingData data, Action<TrainingProgress>? report)
{
    private readonly List<StepResult> _sinceReport = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private BestWeights? _best;
    private long _frames;
    private TimeSpan _lastReport;

    public void Run(CancellationToken cancellation)
    {
        var network = model.Network;
        int crop = RoundUp(options.CropFrames ?? network.Options.WindowFrames, network.Options.PatchFrames);
        Check.That(crop <= network.Options.WindowFrames, crop, $"must be at most the model's window of {network.Options.WindowFrames} frames", nameof(TrainingOptions.CropFrames));
        var sampler = new CropSampler(data.Clips, network.Options.Bands, crop, options.Seed);
        using var trainer = new Trainer(network, options);
        using var crops = sampler.Crops().GetEnumerator();
        try
        {
            for (int step = 0; step < options.MaxSteps; step++)
            {
                cancellation.ThrowIfCancellationRequested();
                Step(trainer, Take(crops, options.BatchSize), step);
                bool last = step + 1 == options.MaxSteps;
                var validation = data.Validation is not null && (last || (step + 1) % options.ValidateEvery == 0) ? Validate(cancellation) : null;
                if (validation is not null || last || (step + 1) % options.ReportEvery == 0) Report(trainer, sampler, step + 1, validation);
                if (options.Patience > 0 && _best?.Misses >= options.Patience) break;
            }

            _best?.Restore(network);
            network.eval();
        }
        finally
        {
            _best?.Dispose();
        }
    }

    private void Step(Trainer trainer, ReadOnlyMemory<float>[] crops, int step)
    {
        using var scope = NewDisposeScope();
        var batch = MelBatch.Of(crops, model.Options, model.Device);
        _frames += batch.Frames;
        if (trainer.Step(batch, step) is { } result) _sinceReport.Add(result);
    }

    private ReconstructionMetrics Validate(CancellationToken cancellation)
    {
        var metrics = model.Evaluate(data.Validation!(), cancellation);
        (_best ??= new BestWeights()).Offer(model.Network, metrics.MeanAbsoluteError);
        return metrics;
    }

    private void Report(Trainer trainer, CropSampler sampler, int step, ReconstructionMetrics? validation)
    {
        var now = _clock.Elapsed;
        double Average(Func<StepResult, double> of) => _sinceReport.Count == 0 ? double.NaN : _sinceReport.Average(of);
        report?.Invoke(new TrainingProgress
        {
            Step = step,
            MaxSteps = options.MaxSteps,
            Epoch = sampler.Epoch,
            Loss = Average(r => r.Loss),
            MeanAbsoluteError = Average(r => r.MeanAbsoluteError),
            CodebookEntropy = Average(r => r.CodebookEntropy),
            GradientNorm = Average(r => r.GradientNorm),
            LearningRate = _sinceReport.Count == 0 ? double.NaN : _sinceReport[^1].LearningRate,
            Elapsed = now,
            FramesPerSecond = _frames / Math.Max(1e-9, (now - _lastReport).TotalSeconds),
            SkippedSteps = trainer.Skipped,
            Validation = validation,
        });
        (_frames, _lastReport) = (0, now);
        _sinceReport.Clear();
    }

    private static ReadOnlyMemory<float>[] Take(IEnumerator<float[]> crops, int count)
    {
        var batch = new ReadOnlyMemory<float>[count];
        for (int i = 0; i < count && crops.MoveNext(); i++) batch[i] = crops.Current;
        return batch;
    }

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
