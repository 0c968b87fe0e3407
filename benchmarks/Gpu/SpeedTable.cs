namespace AudioBsq.Benchmarks.Gpu;

/// <summary>Measurements as a Markdown table: a row for each batch, three columns for each work and precision.</summary>
internal static class SpeedTable
{
    public static void Write(IReadOnlyList<Speed> speeds, TextWriter output)
    {
        if (speeds.Count == 0) return;
        (string Work, string Precision)[] columns = [.. speeds.Select(speed => (speed.Work, speed.Precision)).Distinct()];
        output.WriteLine($"\n| batch |{string.Concat(columns.Select(c => $" {c.Work} {c.Precision}: clips/s | of peak | MB |"))}");
        output.WriteLine($"| ---: |{string.Concat(columns.Select(_ => " ---: | ---: | ---: |"))}");
        foreach (var row in speeds.GroupBy(speed => speed.Batch).OrderBy(row => row.Key))
            output.WriteLine($"| {row.Key} |{string.Concat(columns.Select(column => Cells(row, column)))}");
    }

    private static string Cells(IEnumerable<Speed> row, (string Work, string Precision) column)
    {
        var speed = row.FirstOrDefault(speed => (speed.Work, speed.Precision) == column);
        if (speed is null) return "  |  |  |";
        if (speed.ClipsPerSecond == 0) return " out of memory |  |  |";
        string memory = speed.Megabytes is { } megabytes ? FormattableString.Invariant($"{megabytes:F0}") : "not known";
        return FormattableString.Invariant($" {speed.ClipsPerSecond:G4} | {speed.Share:P0} | {memory} |");
    }
}
