using System.CommandLine;
using BenchmarkDotNet.Running;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>micro</c>: the benchmarks of BenchmarkDotNet, with its own options.</summary>
internal sealed class MicroCommand : Command
{
    public MicroCommand() : base(
        "micro",
        "Time single operations with BenchmarkDotNet. Its options follow, such as --filter '*' for all or --job dry for a quick look.")
    {
        TreatUnmatchedTokensAsErrors = false;
        SetAction(Run);
    }

    private static int Run(ParseResult arguments)
    {
        // In this process: a project that BenchmarkDotNet writes for itself would copy libtorch for every benchmark.
        string[] options = [.. arguments.UnmatchedTokens, "--inProcess"];
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run(options);
        return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
    }
}
