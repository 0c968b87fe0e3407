using System.Reflection;
using System.Text.RegularExpressions;
using AudioBsq.MLNet;

namespace AudioBsq.Tests.Docs;

/// <summary>docs/defects.md names every defect once, and nothing that does not exist.</summary>
[WithoutTorch]
public partial class DefectsTests
{
    private static readonly Type[] Libraries =
    [
        .. new[] { typeof(AudioBsqModel), typeof(AudioTransformer), typeof(AudioTokenizerOptions) }
            .SelectMany(type => type.Assembly.GetExportedTypes()),
    ];

    private static readonly Type[] Tests = typeof(DefectsTests).Assembly.GetTypes();

    private static IReadOnlyList<Row> Rows { get; } =
    [
        .. File.ReadLines(Path.Combine(TestData.Root, "docs", "defects.md"))
            .Where(line => Defect().IsMatch(line))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => new Row(cells[1], cells[2], cells[3], Quoted(cells[4]), Quoted(cells[5]), cells[6], cells.Length)),
    ];

    [Fact]
    public void Table_HasEveryDefectOnce()
    {
        string[] expected =
        [
            .. Numbered("D", 9), .. Numbered("M", 11), .. Numbered("I", 2), "A1", .. Numbered("Q", 6), .. Numbered("T", 8),
            .. Numbered("E", 3),
        ];

        Assert.Equal(expected, Rows.Select(row => row.Name));
        Assert.All(Rows, row => Assert.Equal(8, row.Cells));
        Assert.All(Rows, row => Assert.Contains(row.Status, new[] { "mended", "optional", "open", "not applicable" }));
        Assert.All(Rows, row => Assert.NotEmpty(row.Text));
    }

    [Fact]
    public void Table_ShowsATestForWhatIsMended_AndAnOptionForWhatIsOptional()
    {
        Assert.All(
            Rows.Where(row => row.Status is "mended" or "optional"),
            row => Assert.True(row.TestNames.Count > 0, $"{row.Name} names no test."));
        Assert.All(
            Rows.Where(row => row.Status == "optional"), row => Assert.True(row.OptionNames.Count > 0, $"{row.Name} names no option."));
        string[] flags =
        [
            .. typeof(Compatibility).GetProperties()
                .Where(property => property.PropertyType == typeof(bool)).Select(property => $"Compatibility.{property.Name}"),
        ];
        Assert.Empty(flags.Except(Rows.SelectMany(row => row.OptionNames)));
    }

    [Fact]
    public void Options_Exist() => Assert.All(Rows.SelectMany(row => row.OptionNames), name =>
        Assert.True(
            Libraries.Any(type => type.Name == Owner(name) && type.GetProperty(Member(name)) is { CanWrite: true }),
            $"There is no option {name}."));

    [Fact]
    public void Tests_Exist() => Assert.All(Rows.SelectMany(row => row.TestNames), name =>
        Assert.True(
            Tests.Any(type => type.Name == Owner(name) && type.GetMethods().Any(method => method.Name == Member(name) && IsRun(method))),
            $"There is no test {name}."));

    private static bool IsRun(MethodInfo method) => method.GetCustomAttribute<FactAttribute>() is { Skip: null }; // a theory is one too

    private static string Owner(string name) => name.Split('.')[0];

    private static string Member(string name) => name.Split('.')[1];

    private static IEnumerable<string> Numbered(string letter, int count) =>
        Enumerable.Range(1, count).Select(number => $"{letter}{number}");

    private static List<string> Quoted(string cell) => [.. Name().Matches(cell).Select(match => match.Groups[1].Value)];

    [GeneratedRegex(@"^\| [A-Z]\d+ \|")]
    private static partial Regex Defect();

    [GeneratedRegex("`([A-Za-z]+\\.[A-Za-z0-9_]+)`")]
    private static partial Regex Name();

    private sealed record Row(
        string Name, string Text, string Status, List<string> OptionNames, List<string> TestNames, string Remains, int Cells);
}
