using System.Diagnostics;
using AudioBsq.Signal;
using AudioBsq.Training;
using TorchSharp;

namespace AudioBsq.Benchmarks.Precision;

/// <summary>One seed's two runs, a step of one after a step of the other, so that both meet the machine in the same state.</summary>
internal sealed class PrecisionPair(AudioBsqOptions model, int steps, int batch, int seed)
{
    public (PrecisionRun Full, PrecisionRun Half) Train(float[][] train, float[][] validation)
    {
        using var full = new Run(model, new TrainingOptions { MaxSteps = steps, BatchSize = batch, Seed = seed, Device = "cpu" }, train);
        using var half = new Run(model, full.Options with { Precision = TrainingPrecision.BFloat16 }, train);
        for (int step = 0; step < steps; step++)
        {
            full.Step(step);
            half.Step(step);
        }

        return (full.Finish(validation), half.Finish(validation));
    }

    private sealed class Run : IDisposable
    {
        private readonly List<PrecisionStep> _curve = [];
        private readonly AudioBsqModel _model;
        private readonly Trainer _trainer;
        private readonly BatchSource _batches;

        public Run(AudioBsqOptions model, TrainingOptions options, float[][] clips)
        {
            Options = options;
            _model = AudioBsqModel.Create(model, new MelOptions(), options.Seed, options.Device);
            _trainer = new Trainer(_model.Content.Network, _model.Mel, options, _model.Content.Device);
            _batches = new BatchSource(TrainingData.Of(clips), model.Bands, model, options, _model.Content.Device, default);
        }

        public TrainingOptions Options { get; }

        public void Step(int step)
        {
            using var scope = torch.NewDisposeScope();
            var batches = _batches.Next(step);
            long start = Stopwatch.GetTimestamp();
            var result = _trainer.Step(batches, step) ?? throw new InvalidOperationException($"The loss of step {step} is not finite.");
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            _curve.Add(new PrecisionStep(result.Loss, result.MeanAbsoluteError, result.GradientNorm, seconds));
        }

        public PrecisionRun Finish(float[][] validation)
        {
            _model.Content.Network.eval();
            return new PrecisionRun(Options.Precision, Options.Seed, _curve, _model.Evaluate(validation).MeanAbsoluteError);
        }

        public void Dispose()
        {
            _batches.Dispose();
            _trainer.Dispose();
            _model.Dispose();
        }
    }
}
