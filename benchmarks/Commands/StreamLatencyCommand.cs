using System.CommandLine;
using System.Diagnostics;
using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Signal;
using TorchSharp;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>stream-latency</c>: time per token of live streams. Random weights are as fast as trained ones.</summary>
internal sealed class StreamLatencyCommand : Command
{
    private const int Seconds = 60;

    private static readonly Dictionary<string, NetworkOptions> Networks = new()
    {
        ["half-hour"] = new() { Width = 192, Layers = 3, Heads = 6, UseConvModule = true, HeadWidth = 768 },
        ["small"] = AudioBsqOptions.Small.Encoder,
        ["small + convolution"] = AudioBsqOptions.Small.Encoder with { UseConvModule = true },
    };

    private readonly Option<int> _threads = Inputs.Threads(Environment.ProcessorCount);

    public StreamLatencyCommand() : base(
        "stream-latency",
        "Time causal models on live sound: milliseconds for each 20 ms that come in, and a minute at once.")
    {
        Add(_threads);
        SetAction(Run);
    }

    private void Run(ParseResult arguments)
    {
        TorchDevice.Resolve("cpu"); // loads torch
        torch.set_num_threads(arguments.GetValue(_threads));
        var random = new Random(1);
        float[] sound = [.. Enumerable.Range(0, Seconds * 16_000).Select(_ => (float)(0.2 * random.NextDouble() - 0.1))];
        Console.WriteLine($"{torch.get_num_threads()} threads of torch; milliseconds for 20 ms of sound: a step in, a token out; "
            + $"{Seconds} s; the sound itself is {new MelOptions().FftLength / 32 + 20} ms late");
        Console.WriteLine("model                 median   mean   99 %     max  × real time  at once, × real time");
        foreach (var (name, network) in Networks) Measure(name, network, sound);
    }

    private static void Measure(string name, NetworkOptions network, float[] sound)
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

        double[] steps = new double[sound.Length / 320];
        for (int i = 0; i < steps.Length; i++) steps[i] = Milliseconds(() => stream.Accept(sound.AsSpan(320 * i, 320)));
        stream.Reset();
        double atOnce = Milliseconds(() => stream.Accept(sound));

        double[] sorted = [.. steps.Order()];
        double median = sorted[sorted.Length / 2], late = sorted[sorted.Length * 99 / 100], max = sorted[^1];
        double live = Seconds * 1000 / steps.Sum(), whole = Seconds * 1000 / atOnce;
        Console.WriteLine(FormattableString.Invariant($"{name,-20} {median,7:F2} {steps.Average(),6:F2} {late,6:F2} {max,7:F1}")
            + FormattableString.Invariant($"  {live,11:F1}  {whole,20:F1}"));
    }

    private static double Milliseconds(Action run)
    {
        long start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
