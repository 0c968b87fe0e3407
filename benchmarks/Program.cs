using System.Globalization;
using BenchmarkDotNet.Running;

namespace AudioBsq.Benchmarks;

/// <summary>
/// Measurements, none of which is a test. <c>--filter '*'</c> runs all benchmarks (BenchmarkDotNet's options; <c>--job dry</c> is the quickest),
/// <c>hour FOLDER [SECONDS]</c> tokenizes an hour of speech through the ML.NET pipeline, <c>memory</c> compares what training can recompute,
/// <c>precision FOLDER</c> trains in single precision and in bfloat16, <c>stream-latency [THREADS]</c> times live streams, <c>stream-check MODEL FOLDER</c>
/// looks whether a model's tokens depend on how clips are cut, <c>vocoders FOLDER [TOKENIZER] FILE…</c> gives speed and loudness of ways to make sound,
/// <c>seams MODEL FOLDER</c> the error where windows meet.
/// </summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        switch (args)
        {
            case ["hour", var folder]:
                OneHour.Run(folder);
                return 0;
            case ["hour", var folder, var seconds] when double.TryParse(seconds, NumberStyles.Float, CultureInfo.InvariantCulture, out double wanted) && wanted > 0:
                OneHour.Run(folder, wanted);
                return 0;
            case ["memory", .. var rest]:
                return MemoryBenchmark.Run(rest);
            case [MemoryBenchmark.Child, var what, var threads, var asked]:
                return MemoryBenchmark.RunChild(what, threads, asked);
            case ["precision", .. var rest]:
                return PrecisionBenchmark.Run(rest);
            case ["stream-latency"]:
                return StreamLatency.Run(Environment.ProcessorCount);
            case ["stream-latency", var threads] when int.TryParse(threads, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0:
                return StreamLatency.Run(count);
            case ["stream-check", var model, var folder]:
                return StreamCheck.Run(model, folder);
            case ["seams", var model, var folder]:
                return WindowSeams.Run(model, folder);
            case ["vocoders", var folder, .. var files]:
                return VocoderBenchmark.Run(folder, files);
            case ["hour", ..]:
                Console.Error.WriteLine("usage: hour FOLDER [SECONDS]");
                return 2;
            default:
                // In this process: a project that BenchmarkDotNet writes for itself would copy libtorch for every benchmark.
                var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, "--inProcess"]);
                return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
        }
    }
}
