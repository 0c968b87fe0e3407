using System.Diagnostics;
using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>The training loop: crops in, steps, reports.</summary>
internal sealed class VocoderRun(NeuralVocoder vocoder, VocoderTrainingOptions options, VocoderTrainingData data, Action<VocoderProgress>? report)
{
    private readonly List<VocoderStep> _steps = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _last;
    private int _stepsSinceReport;

    public void Run(CancellationToken cancellation)
    {
        using var trainer = new VocoderTrainer(vocoder, options);
        var rows = new VocoderRows(data, vocoder.Mel, options.CropFrames);
        var sampler = new CropSampler(pass => rows.OnePass(pass, cancellation), rows.Width, options.CropFrames, options.Seed);
        using var crops = sampler.Crops().GetEnumerator();
        vocoder.Network.train();
        for (int step = 0; step < options.MaxSteps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            Step(trainer, crops, step);
            if (step + 1 == options.MaxSteps || (step + 1) % options.ReportEvery == 0) Report(step + 1, sampler.Epoch, trainer.Skipped);
        }

        vocoder.Network.eval();
    }

    private void Step(VocoderTrainer trainer, IEnumerator<float[]> crops, int step)
    {
        using var scope = NewDisposeScope();
        float[][] batch = new float[options.BatchSize][];
        for (int i = 0; i < batch.Length && crops.MoveNext(); i++) batch[i] = crops.Current;
        if (trainer.Step(VocoderBatch.Of(batch, vocoder, options, step), step) is { } result) _steps.Add(result);
        _stepsSinceReport++;
    }

    private void Report(int step, int epoch, int skipped)
    {
        var now = _clock.Elapsed;
        double seconds = _stepsSinceReport * options.BatchSize * options.CropFrames / vocoder.Mel.FrameRate;
        report?.Invoke(new VocoderProgress
        {
            Step = step,
            MaxSteps = options.MaxSteps,
            Epoch = epoch,
            Loss = Average(s => s.Loss),
            MelError = Average(s => s.MelError),
            GradientNorm = Average(s => s.GradientNorm),
            LearningRate = _steps.Count == 0 ? double.NaN : _steps[^1].LearningRate,
            DiscriminatorLoss = _steps.Average(s => s.DiscriminatorLoss),
            Elapsed = now,
            Speed = seconds / Math.Max(1e-9, (now - _last).TotalSeconds),
            SkippedSteps = skipped,
        });
        (_last, _stepsSinceReport) = (now, 0);
        _steps.Clear();
    }

    private double Average(Func<VocoderStep, double> of) => _steps.Count == 0 ? double.NaN : _steps.Average(of);
}
