using System.Diagnostics;
using System.Globalization;
using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Signal;
using AudioBsq.Inference;
using TorchSharp;

namespace AudioBsq.Benchmarks;

/// <summary>How long causal models of random weights, which are as fast as trained ones, take for each 20 ms of sound that comes in, and for a minute of it at once.</summary>
internal static class StreamLatency
{
    private const int Seconds = 60;

    private static readonly Dictionary<string, NetworkOptions> Networks = new()
    {
        ["half-hour"] = new() { Width = 192, Layers = 3, Heads = 6, UseConvModule = true, HeadWidth = 768 },
        ["small"] = AudioBsqOptions.Small.Encoder,
        ["small + convolution"] = AudioBsqOptions.Small.Encoder with { UseConvModule = true },
    };

    public static int Run(int threads)
    {
        TorchDevice.Resolve("cpu"); // loads torch
        torch.set_num_threads(threads);
        var random = new Random(1);
        float[] sound = [.. Enumerable.Range(0, Seconds * 16_000).Select(_ => (float)(0.2 * random.NextDouble() - 0.1))];
        Console.WriteLine($"{threads} threads of torch; milliseconds for 20 ms of sound: a step in, a token out; {Seconds} s; the sound itself is {new MelOptions().FftLength / 32 + 20} ms late");
        Console.WriteLine("model                 median   mean   99 %    most  × real time  at once, × real time");
        foreach (var (name, network) in Networks)
        {
            var options = new AudioBsqOptions
            {
                WindowFrames = 256,
                PatchFrames = 2,
                PatchBands = 128,
                Encoder = network with { Mask = AttentionMask.BlockCausal, PastSteps = 49 },
                Quantizer = new() { Bits = 9 },
            };
            using var model = AudioBsqModel.Create(options, new MelOptions(), device: "cpu");
            using var stream = model.CreateStreamingTokenizer();
            for (int i = 0; i < 100; i++) stream.Accept(sound.AsSpan(320 * i, 320)); // compiles
            stream.Reset();

            double[] steps = [.. Enumerable.Range(0, sound.Length / 320).Select(i => Milliseconds(() => stream.Accept(sound.AsSpan(320 * i, 320))))];
            stream.Reset();
            double atOnce = Milliseconds(() => stream.Accept(sound));

            var sorted = steps.Order().ToList();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-20} {sorted[sorted.Count / 2],7:F2} {steps.Average(),6:F2} {sorted[sorted.Count * 99 / 100],6:F2} {sorted[^1],7:F1}  {Seconds * 1000 / steps.Sum(),11:F1}  {Seconds * 1000 / atOnce,20:F1}"));
        }

        return 0;
    }

    private static double Milliseconds(Action run)
    {
        long start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
