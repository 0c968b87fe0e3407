using System.Diagnostics;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>Runs things in turn, so that all meet the machine in the same state, and gives medians in seconds.</summary>
internal sealed class Turns(Clock clock, Rival? rival, int repeats)
{
    private const double WarmUpSeconds = 1; // .NET compiles again what runs often

    /// <summary>The clock of all figures.</summary>
    public Clock Clock => clock;

    /// <summary>Medians of each run's figures. Each runs before, until what is made once is made.</summary>
    public double[][] Medians(params IReadOnlyList<Func<double[]>> runs)
    {
        foreach (var run in runs)
        {
            long start = Stopwatch.GetTimestamp();
            do run();
            while (repeats > 1 && Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds);
        }

        double[][][] rounds = [.. Enumerable.Range(0, repeats).Select(_ => runs.Select(run => run()).ToArray())];
        return [.. runs.Select((_, i) => Medians([.. rounds.Select(round => round[i])]))];
    }

    /// <summary>Ours, and the rival's part beside it.</summary>
    public (double Ours, double? Theirs) Beside(Action ours, string part)
    {
        Func<double[]>[] runs = [() => [clock.Seconds(ours)], .. Theirs(part)];
        double[][] medians = Medians(runs);
        return (medians[0][0], medians.Length > 1 ? medians[1][0] : null);
    }

    /// <summary>The rival's part as a run; none without a rival.</summary>
    public IEnumerable<Func<double[]>> Theirs(string part) => rival is null ? [] : [() => [rival.Run(part, clock.IsProcessor)]];

    private static double[] Medians(double[][] rows) =>
        [.. rows[0].Select((_, i) => rows.Select(row => row[i]).Order().ElementAt(rows.Length / 2))];
}
