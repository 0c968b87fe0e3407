using AudioBsq.Decoding;
using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Signal;
using AudioBsq.Training;
using TorchSharp;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>Training steps as a run takes them: batches from recordings that are decoded on the way, then the trainer's step.</summary>
internal sealed class StepRun : IDisposable
{
    private const int PenaltyStep = 15; // of 16, the discriminator's gradient penalty is in the last

    private readonly HeldMemory _held = new(); // as training does
    private readonly Clock _clock;
    private readonly AudioBsqModel _model;
    private readonly Trainer _trainer;
    private readonly BatchSource _batches;

    public StepRun(BenchModel bench, TrainingPrecision precision, Clock clock, AdversarialOptions? adversarial = null)
    {
        _clock = clock;
        _model = AudioBsqModel.Create(bench.Options, new MelOptions(), device: "cpu");
        var options = Options(bench, precision) with { Adversarial = adversarial };
        _trainer = new Trainer(_model.Content.Network, _model.Mel, options, torch.CPU);
        _batches = new BatchSource(new TrainingData(_ => Clips()), bench.Options.Bands, bench.Options, options, torch.CPU, default);
    }

    /// <summary>The options of all steps here: those of a new run, with a moving average.</summary>
    public static TrainingOptions Options(BenchModel bench, TrainingPrecision precision) =>
        new()
        {
            BatchSize = bench.Batch,
            Precision = precision,
            Device = "cpu",
            Ema = new EmaOptions(),
            ReadAheadClips = 2, // soon full, so that steps are timed with what they need read, and no more
        };

    /// <summary>The usual short name of a precision.</summary>
    public static string NameOf(TrainingPrecision precision) => precision == TrainingPrecision.BFloat16 ? "bf16" : "fp32";

    /// <summary>Seconds of one step's loader and of the rest.</summary>
    public double[] Step() => Step(0);

    /// <summary>The same with the gradient penalty.</summary>
    public double[] StepWithPenalty() => Step(PenaltyStep);

    public void Dispose()
    {
        _batches.Dispose();
        _trainer.Dispose();
        _model.Dispose();
        _held.Dispose();
    }

    private double[] Step(int step)
    {
        using var scope = torch.NewDisposeScope();
        IReadOnlyList<MelBatch> batches = [];
        double loader = _clock.Seconds(() => batches = _batches.Next(step));
        TrainingStep? result = null;
        double seconds = _clock.Seconds(() => result = _trainer.Step(batches, step));
        return result is null ? throw new InvalidOperationException("The loss is not finite.") : [loader, seconds];
    }

    // One clip of all recordings, so that no crop is shorter than the window.
    private static IEnumerable<float[]> Clips()
    {
        var spectrogram = new MelSpectrogram(new MelOptions());
        float[] sound = [.. Speech.Files.SelectMany(file => AudioFile.Read(file, 16_000).Samples)];
        yield return spectrogram.Extract(sound);
    }
}
