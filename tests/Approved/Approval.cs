namespace AudioBsq.Tests.Approved;

/// <summary>Compares a text with the approved one, NAME.txt in this folder.</summary>
internal static class Approval
{
    private const int Shown = 20;

    private static readonly string Folder = Path.Combine(TestData.Root, "tests", "Approved");

    /// <summary>
    /// Fails with the first differences, and leaves the text as NAME.received.txt: to approve it, give it the approved one's name.
    /// </summary>
    public static void Verify(string name, string received)
    {
        string approvedPath = Path.Combine(Folder, $"{name}.txt"), receivedPath = Path.Combine(Folder, $"{name}.received.txt");
        string[] found = Lines(received), approved = File.Exists(approvedPath) ? Lines(File.ReadAllText(approvedPath)) : [];
        if (found.SequenceEqual(approved))
        {
            File.Delete(receivedPath);
            return;
        }

        File.WriteAllText(receivedPath, string.Join('\n', found) + '\n');
        Assert.Fail($"""
            '{name}' is not what was approved. If the change is meant, replace {name}.txt by {name}.received.txt (both in {Folder}).
            {string.Join('\n', Differences(approved, found).Take(Shown))}
            """);
    }

    /// <summary>Lines that one text has and the other lacks, in order, "−" for those that are gone and "+" for new ones.</summary>
    public static IEnumerable<string> Differences(string[] approved, string[] found)
    {
        var (before, after) = (Count(approved), Count(found));
        return Missing(approved, after, "−").Concat(Missing(found, before, "+"))
            .DefaultIfEmpty("The lines are the same, in another order.");
    }

    private static Dictionary<string, int> Count(string[] lines) =>
        lines.GroupBy(line => line).ToDictionary(group => group.Key, group => group.Count());

    private static IEnumerable<string> Missing(string[] lines, Dictionary<string, int> others, string mark)
    {
        var left = new Dictionary<string, int>(others);
        foreach (string line in lines)
        {
            if (left.GetValueOrDefault(line) > 0) left[line]--;
            else yield return $"{mark} {line}";
        }
    }

    private static string[] Lines(string text) => text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
}
