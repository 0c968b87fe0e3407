using System.Diagnostics;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>Wall time, or this process's processor time, which depends less on what else the machine does.</summary>
internal sealed class Clock(bool processor)
{
    /// <summary>Whether it is processor time.</summary>
    public bool IsProcessor => processor;

    /// <summary>Seconds that something takes.</summary>
    public double Seconds(Action run)
    {
        double start = Now();
        run();
        return Now() - start;
    }

    private double Now() => processor
        ? Environment.CpuUsage.TotalTime.TotalSeconds
        : Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
}
