using System.CommandLine;
using AudioBsq.Benchmarks.Commands;

namespace AudioBsq.Benchmarks;

/// <summary>Measurements, none of which is a test: <c>benchmarks COMMAND …</c>, each command in a file of its own.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        var root = new RootCommand("Measures speed, memory and quality. None of this is a test; run it built in Release.")
        {
            new BenchCommand(),
            new FirstTokensCommand(),
            new MicroCommand(),
            new HourCommand(),
            new MemoryCommand(),
            new MemoryCaseCommand(),
            new PrecisionCommand(),
            new StreamLatencyCommand(),
            new StreamCheckCommand(),
            new SeamsCommand(),
            new VocodersCommand(),
            new EnginesCommand(),
            new ServiceCommand(),
            new PredictionsCommand(),
            new DecodersCommand(),
            new ProbeCommand(),
            new DigitsCommand(),
            new RanksCommand(),
            new RankStepsCommand(),
            new GpuCommand(),
        };
        return root.Parse(args.Length == 0 ? ["--help"] : args).Invoke();
    }
}
