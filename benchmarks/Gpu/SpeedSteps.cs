using System.Diagnostics;
using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Signal;
using AudioBsq.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Benchmarks.Gpu;

/// <summary>Clips of one window a second, by batch, and what part of the device's peak that is. Data are on the device already.</summary>
internal sealed class SpeedSteps(Func<Device> device, AudioBsqOptions model, IReadOnlyList<int> batches, double seconds)
{
    private const int MinRuns = 3;

    public LadderFinding Encode(bool half)
    {
        using var owner = AudioBsqModel.Create(model, new MelOptions(), device: device().ToString());
        var network = owner.Content.Network;
        return Measure("encode", half, StepOperations.Encode(model, model.WindowFrames), batch =>
        {
            using var outer = NewDisposeScope();
            var x = rand(batch, model.WindowFrames, model.Bands).to(device()).DetachFromDisposeScope();
            return new Work(x, () =>
            {
                using var scope = NewDisposeScope();
                using var noGradients = no_grad();
                using var type = ComputeType.Use(half ? ScalarType.BFloat16 : null);
                network.Encode(x, valid: null).sum().to(ScalarType.Float32).item<float>(); // waits until the device is done
            });
        });
    }

    public LadderFinding Train(bool half) => Measure("training step", half, StepOperations.Network(model, new() { BatchSize = 1 }), batch =>
    {
        var precision = half ? TrainingPrecision.BFloat16 : TrainingPrecision.Full;
        var options = new TrainingOptions { BatchSize = batch, Device = device().ToString(), Precision = precision };
        var trained = AudioBsqModel.Create(model, new MelOptions(), options.Seed, options.Device);
        var trainer = new Trainer(trained.Content.Network, trained.Mel, options, trained.Content.Device);
        var crops = MelBatch.Of([.. Enumerable.Repeat((ReadOnlyMemory<float>)Crop(), batch)], model, trained.Content.Device);
        int step = 0;
        return new Work(new Owners(crops.Mel, trainer, trained), () =>
        {
            using var scope = NewDisposeScope();
            trainer.Step([crops], step++);
        });
    });

    // The recordings one after another, again and again until a window is full.
    private float[] Crop()
    {
        float[][] mels = AgreementSteps.Mels();
        int length = model.WindowFrames * model.Bands;
        float[] crop = new float[length];
        for (int i = 0, filled = 0; filled < length; i++)
        {
            var part = mels[i % mels.Length].AsSpan();
            part = part[..Math.Min(part.Length, length - filled)];
            part.CopyTo(crop.AsSpan(filled));
            filled += part.Length;
        }

        return crop;
    }

    private LadderFinding Measure(string name, bool half, double operations, Func<int, Work> prepare)
    {
        double peak = Peak(half ? ScalarType.BFloat16 : ScalarType.Float32);
        var found = new List<Speed>();
        foreach (int batch in batches)
        {
            try
            {
                using var work = prepare(batch);
                double rate = batch / Seconds(work.Run);
                found.Add(new Speed(name, half ? "bf16" : "fp32", batch, rate, rate * operations / peak, DeviceMemory.Megabytes(device())));
            }
            catch (Exception failure) when (TorchMemory.IsExhausted(failure))
            {
                found.Add(new Speed(name, half ? "bf16" : "fp32", batch, 0, 0, null));
                break; // larger batches need more
            }
        }

        string text = string.Join(", ", found.Select(speed => speed.ClipsPerSecond > 0
            ? FormattableString.Invariant($"batch {speed.Batch}: {speed.ClipsPerSecond:G4} a second")
            : $"batch {speed.Batch}: out of memory"));
        text += FormattableString.Invariant($"; a big product does {peak / 1e12:G3} TFLOP/s; memory is what is ")
            + DeviceMemory.Meaning(device());
        return new LadderFinding(text, found);
    }

    // Operations a second of a product of two large square matrices.
    private double Peak(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        int side = device().type == DeviceType.CUDA ? 8192 : 1024;
        var x = rand(side, side).to(device()).to(type);
        double time = Seconds(() =>
        {
            using var inner = NewDisposeScope();
            x.mm(x)[0, 0].to(ScalarType.Float32).item<float>();
        });
        return 2.0 * side * side * side / time;
    }

    // The median, after one that makes what is made once.
    private double Seconds(Action run)
    {
        run();
        var times = new List<double>();
        var all = Stopwatch.StartNew();
        while (times.Count < MinRuns || all.Elapsed.TotalSeconds < seconds)
        {
            long start = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return times.Order().ElementAt(times.Count / 2);
    }

    private sealed record Work(IDisposable Owner, Action Run) : IDisposable
    {
        public void Dispose() => Owner.Dispose();
    }

    private sealed class Owners(params IDisposable[] parts) : IDisposable
    {
        public void Dispose()
        {
            foreach (var part in parts) part.Dispose();
        }
    }
}
