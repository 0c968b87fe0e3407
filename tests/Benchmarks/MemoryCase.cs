using System.Diagnostics;
using AudioBsq.Native;
using AudioBsq.Signal;
using AudioBsq.Training;
using TorchSharp;

namespace AudioBsq.Benchmarks;

/// <summary>Training steps of one model with one way to recompute, in a process of their own.</summary>
/// <param name="Model">A name of <see cref="Models"/>.</param>
/// <param name="Precision">Of matrix products.</param>
/// <param name="Recomputation">What is computed again.</param>
internal sealed record MemoryCase(string Model, TrainingPrecision Precision, Recomputation Recomputation)
{
    private const int Steps = 3;

    /// <summary>The models, by the names of tables, and crops of the full window in one batch.</summary>
    public static IReadOnlyDictionary<string, (AudioBsqOptions Options, int Batch)> Models { get; } = new Dictionary<string, (AudioBsqOptions, int)>
    {
        ["small"] = (AudioBsqOptions.Small, 2),
        ["small+conv"] = (AudioBsqOptions.Small with { Encoder = AudioBsqOptions.Small.Encoder with { UseConvModule = true } }, 2),
        ["standard"] = (AudioBsqOptions.Standard, 1),
    };

    private TrainingOptions Training => new() { Precision = Precision, Recomputation = Recomputation, Device = "cpu" };

    /// <summary>Measures in this process, of which it should be the only work.</summary>
    public MemoryResult Measure(int threads)
    {
        TorchDevice.Resolve("cpu"); // loads torch
        torch.set_num_threads(threads);
        var (peak, seconds) = StepCost();
        double? difference = Recomputation == Recomputation.None ? null : Difference(Gradients(Training with { Recomputation = Recomputation.None }), Gradients(Training));
        return new MemoryResult(peak, seconds, difference);
    }

    private (long Peak, double Seconds) StepCost()
    {
        using var scope = torch.NewDisposeScope();
        using var model = AudioBsqModel.Create(Models[Model].Options, new MelOptions(), device: "cpu");
        using var trainer = new Trainer(model.Network, Training, torch.CPU);
        var batch = Batch();
        trainer.Step([batch], 0); // what is made once, and compiled
        trainer.Optimizer.ClearGradients();
        double least = double.PositiveInfinity;
        void Step(int step)
        {
            var before = Work();
            trainer.Step([batch], step);
            least = Math.Min(least, (Work() - before).TotalSeconds);
        }

        long peak = PeakMemory.Of(() => Step(1));
        for (int step = 2; step <= Steps; step++) Step(step);
        return (peak, least);
    }

    private List<float[]> Gradients(TrainingOptions training)
    {
        using var scope = torch.NewDisposeScope();
        using var model = AudioBsqModel.Create(Models[Model].Options, new MelOptions(), device: "cpu");
        using var trainer = new Trainer(model.Network, training, torch.CPU);
        trainer.Step([Batch()], 0);
        return [.. model.Network.parameters().Select(parameter => parameter.grad is { } gradient ? gradient.contiguous().data<float>().ToArray() : [])];
    }

    // The largest difference as a part of the largest gradient.
    private static double Difference(List<float[]> expected, List<float[]> actual)
    {
        double largest = 0, difference = 0;
        foreach (var (first, second) in expected.Zip(actual))
        {
            for (int i = 0; i < first.Length; i++)
            {
                largest = Math.Max(largest, Math.Abs(first[i]));
                difference = Math.Max(difference, Math.Abs((double)first[i] - second[i]));
            }
        }

        return difference / largest;
    }

    // Noise: how long a step takes does not depend on what it sees.
    private MelBatch Batch()
    {
        var (options, count) = Models[Model];
        var random = new Random(1);
        var clips = Enumerable.Range(0, count).Select(_ => (ReadOnlyMemory<float>)Enumerable.Range(0, options.WindowFrames * options.Bands).Select(_ => -80 * random.NextSingle()).ToArray());
        return MelBatch.Of([.. clips], options, torch.CPU);
    }

    private static TimeSpan Work()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }
}

/// <summary>What a case needed.</summary>
/// <param name="PeakBytes">Most memory in a step over that before it.</param>
/// <param name="Seconds">Processor time of the quickest step.</param>
/// <param name="GradientDifference">Largest difference to the gradients without recomputation, as a part of the largest of these; null for the case without.</param>
internal sealed record MemoryResult(long PeakBytes, double Seconds, double? GradientDifference);
