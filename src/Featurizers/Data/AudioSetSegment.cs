using System.Globalization;

namespace AudioBsq.MLNet;

/// <summary>One line of a segments table: a part of a video and what is heard in it.</summary>
internal sealed record AudioSetSegment(string VideoId, double Start, double End, string[] Labels)
{
    private const int IdLength = 11;

    private static readonly string[] Columns = ["ytid", "start_seconds", "end_seconds", "positive_labels"];

    /// <summary>
    /// Reads lines of <c>YTID, start, end, "label,label"</c>. Lines with '#' are comments; one that names the columns, commented or
    /// not, gives their order. Lines that say something else are reported and left out, as are repeated ones.
    /// </summary>
    public static IEnumerable<AudioSetSegment> Read(string path, DataSetReport report)
    {
        int[] order = [0, 1, 2, 3];
        var seen = new HashSet<(string, double, double)>();
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            string[] fields = Split(line.TrimStart('#', ' '));
            if (HeaderOrder(fields) is { } header) order = header;
            else if (string.IsNullOrWhiteSpace(line) || line.StartsWith('#')) continue;
            else if (Parse(fields, order) is not { } segment)
                report.Add($"Lines of '{path}' left out because they are not YTID, start, end, \"labels\"", $"line {number}");
            else if (!seen.Add((segment.VideoId, segment.Start, segment.End)))
                report.Add($"Lines of '{path}' left out because their segment is there already", $"line {number}");
            else yield return segment;
        }
    }

    private static int[]? HeaderOrder(string[] fields)
    {
        int[] order = Array.ConvertAll(
            Columns, column => Array.FindIndex(fields, field => field.Equals(column, StringComparison.OrdinalIgnoreCase)));
        return order.Contains(-1) ? null : order;
    }

    private static AudioSetSegment? Parse(string[] fields, int[] order)
    {
        if (fields.Length != Columns.Length) return null;
        string id = fields[order[0]];
        bool timed = Seconds(fields[order[1]], out double start) & Seconds(fields[order[2]], out double end);
        return timed && id.Length == IdLength && end > start
            ? new AudioSetSegment(
                id, start, end, fields[order[3]].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            : null;
    }

    private static bool Seconds(string text, out double seconds) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out seconds) && double.IsFinite(seconds) && seconds >= 0;

    /// <summary>Fields between commas that are not in quotes, without the quotes and the space around them.</summary>
    private static string[] Split(string line)
    {
        var fields = new List<string>();
        int start = 0;
        bool quoted = false;
        for (int i = 0; i <= line.Length; i++)
        {
            if (i < line.Length && line[i] == '"') quoted = !quoted;
            if (i < line.Length && (quoted || line[i] != ',')) continue;
            fields.Add(line[start..i].Trim().Trim('"').Trim());
            start = i + 1;
        }

        return [.. fields];
    }
}
