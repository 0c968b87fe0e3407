using System.Diagnostics;
using System.Text.Json;

namespace AudioBsq.Benchmarks.Gpu;

/// <summary>
/// Has the ladder climbed in another process and says how each step went. A step in which that process ends, as by a missing symbol, has
/// failed; another process goes on with the next.
/// </summary>
internal sealed class LadderWatch(IReadOnlyList<LadderStep> steps, Func<int, ProcessStartInfo> start, TextWriter output)
{
    private readonly List<Speed> _speeds = [];

    /// <summary>Steps that failed or were not reached.</summary>
    public int Failures { get; private set; }

    /// <summary>All measurements.</summary>
    public IReadOnlyList<Speed> Speeds => _speeds;

    public void Run()
    {
        int next = 0;
        while (next < steps.Count) next = Climb(next);
    }

    // Returns the step to go on with.
    private int Climb(int from)
    {
        using var process = Process.Start(start(from))!;
        var errors = process.StandardError.ReadToEndAsync();
        LadderReport? last = null;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (!line.StartsWith('{')) continue; // torch may print too
            last = JsonSerializer.Deserialize<LadderReport>(line)!;
            if (last.Outcome == LadderOutcome.Begun) output.Write($"{steps[last.Step].Name} … ");
            else Say(last);
            output.Flush();
        }

        process.WaitForExit();
        if (last is null || last.Outcome == LadderOutcome.Begun)
        {
            if (last is null) output.Write($"{steps[from].Name} … ");
            string why = $"the process ended with {process.ExitCode}: {errors.Result.Trim()}";
            last = new LadderReport(last?.Step ?? from, LadderOutcome.Failed, why);
            Say(last);
        }

        bool ends = last.Outcome == LadderOutcome.Failed && steps[last.Step].IsNeeded;
        if (!ends) return last.Step + 1;
        output.WriteLine($"Not tried, since they need that: {string.Join("; ", steps.Skip(last.Step + 1).Select(step => step.Name))}.");
        Failures += steps.Count - last.Step - 1;
        return steps.Count;
    }

    private void Say(LadderReport report)
    {
        bool passed = report.Outcome == LadderOutcome.Passed;
        if (!passed) Failures++;
        _speeds.AddRange(report.Speeds ?? []);
        output.WriteLine($"{(passed ? "ok" : "FAILED")}: {report.Text.Replace("\n", "\n    ", StringComparison.Ordinal)}");
    }
}
