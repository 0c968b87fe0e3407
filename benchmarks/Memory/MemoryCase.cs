using System.Diagnostics;
using AudioBsq.Networks;
using AudioBsq.Signal;
using AudioBsq.Training;
using TorchSharp;

namespace AudioBsq.Benchmarks.Memory;

/// <summary>Training steps of one model, with activation checkpointing or without, in a process of their own.</summary>
/// <param name="Model">A name of <see cref="Models"/>.</param>
/// <param name="Precision">Of matrix products.</param>
/// <param name="Checkpointing">Whether activations are computed again in the backward pass.</param>
internal sealed record MemoryCase(string Model, TrainingPrecision Precision, bool Checkpointing)
{
    /// <summary>The models, by the names of tables, and crops of the full window in one batch.</summary>
    public static IReadOnlyDictionary<string, (AudioBsqOptions Options, int Batch)> Models { get; } =
        new Dictionary<string, (AudioBsqOptions, int)>
        {
            ["small"] = (AudioBsqOptions.Small, 2),
            ["small+conv"] = (AudioBsqOptions.Small with { Encoder = SmallWithConvolution }, 2),
            ["standard"] = (AudioBsqOptions.Standard, 2),
        };

    private static NetworkOptions SmallWithConvolution => AudioBsqOptions.Small.Encoder with { UseConvModule = true };

    private TrainingOptions Training => new() { Precision = Precision, ActivationCheckpointing = Checkpointing, Device = "cpu" };

    /// <summary>Peak memory of a step above that before it, in bytes. The process should do nothing else.</summary>
    public double Peak()
    {
        double peak = 0;
        Run(2, (step, index) => // the first step makes what is made once
        {
            if (index == 0) step();
            else peak = PeakMemory.Of(step);
        });
        return peak;
    }

    /// <summary>Processor time of the quickest of four steps, in seconds.</summary>
    public double Seconds()
    {
        double min = double.PositiveInfinity;
        Run(4, (step, _) =>
        {
            var before = Work();
            step();
            min = Math.Min(min, (Work() - before).TotalSeconds);
        });
        return min;
    }

    /// <summary>Largest difference to the gradients without checkpointing, as a part of the largest of these.</summary>
    public double Difference()
    {
        var (expected, actual) = (Gradients(Training with { ActivationCheckpointing = false }), Gradients(Training));
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

    private void Run(int steps, Action<Action, int> each)
    {
        using var scope = torch.NewDisposeScope();
        using var model = AudioBsqModel.Create(Models[Model].Options, new MelOptions(), device: "cpu");
        using var trainer = new Trainer(model.Content.Network, model.Mel, Training, torch.CPU);
        var batch = Batch();
        for (int step = 0; step < steps; step++)
        {
            trainer.Optimization.ClearGradients();
            each(() => trainer.Step([batch], step), step);
        }
    }

    private List<float[]> Gradients(TrainingOptions training)
    {
        using var scope = torch.NewDisposeScope();
        using var model = AudioBsqModel.Create(Models[Model].Options, new MelOptions(), device: "cpu");
        using var trainer = new Trainer(model.Content.Network, model.Mel, training, torch.CPU);
        trainer.Step([Batch()], 0);
        return [.. model.Content.Network.parameters().Select(parameter => parameter.grad?.contiguous().data<float>().ToArray() ?? [])];
    }

    // Noise: how long a step takes does not depend on what it sees.
    private MelBatch Batch()
    {
        var (options, count) = Models[Model];
        var random = new Random(1);
        var clips = new ReadOnlyMemory<float>[count];
        for (int i = 0; i < count; i++)
            clips[i] = Enumerable.Range(0, options.WindowFrames * options.Bands).Select(_ => -80 * random.NextSingle()).ToArray();
        return MelBatch.Of(clips, options, torch.CPU);
    }

    private static TimeSpan Work()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }
}
