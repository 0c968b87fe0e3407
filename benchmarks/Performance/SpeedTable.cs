using static AudioBsq.Benchmarks.Performance.MarkdownTable;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>A table of parts that turn sound into something or back, each beside the rival.</summary>
internal sealed class SpeedTable(Turns turns, Peak peak)
{
    private readonly MarkdownTable _table = new(
        "part", "ms", "× real time", "GFLOP", "MB", "of fp32 peak", "PyTorch, ms", "PyTorch / ours");

    /// <summary>Measures a part.</summary>
    /// <param name="name">In the table.</param>
    /// <param name="seconds">Of sound.</param>
    /// <param name="operations">Floating-point operations; null where there are next to none.</param>
    /// <param name="bytes">What must be read and written once: weights, input, output.</param>
    /// <param name="part">The rival's name of the part.</param>
    /// <param name="run">Ours.</param>
    public void Add(string name, double seconds, double? operations, double bytes, string part, Action run)
    {
        var (ours, theirs) = turns.Beside(run, part);
        _table.Add(
            name, Milliseconds(ours), Figure(seconds / ours), Figure(operations / 1e9), Figure(bytes / 1e6),
            Percent(operations / ours / peak.Single), Milliseconds(theirs), Ratio(theirs / ours));
    }

    public override string ToString() => _table.ToString();
}
