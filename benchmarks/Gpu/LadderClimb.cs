using System.Text.Json;
using AudioBsq.Native;

namespace AudioBsq.Benchmarks.Gpu;

/// <summary>Climbs the ladder in this process, and prints a line of JSON before and after each step.</summary>
internal static class LadderClimb
{
    public static void Run(Ladder ladder, int from)
    {
        if (from > Ladder.LoadingStep) TorchLibrary.EnsureLoaded(); // as the process before this one did
        for (int i = from; i < ladder.Steps.Count; i++)
        {
            Print(new LadderReport(i, LadderOutcome.Begun, ""));
            try
            {
                var finding = ladder.Steps[i].Run();
                Print(new LadderReport(i, LadderOutcome.Passed, finding.Text, finding.Speeds));
            }
            catch (Exception failure)
            {
                Print(new LadderReport(i, LadderOutcome.Failed, failure.Message));
                if (ladder.Steps[i].IsNeeded) return;
            }
        }
    }

    private static void Print(LadderReport report)
    {
        Console.WriteLine(JsonSerializer.Serialize(report));
        Console.Out.Flush();
    }
}
