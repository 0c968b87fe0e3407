using System.Diagnostics;
using System.Text.RegularExpressions;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>The page: <c>page.md</c>, in which names in braces on lines of their own stand for tables.</summary>
/// <param name="parts">The tables to measure; all when empty.</param>
internal sealed partial class BenchPage(IReadOnlyCollection<string> parts)
{
    private const string Needed = "peak"; // by others

    private static readonly string Template = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "page.md"));

    private readonly List<string> _tables = [];
    private string _text = Template;

    /// <summary>The tables of the page.</summary>
    public static IEnumerable<string> Names => Place.Matches(Template).Select(match => match.Groups[1].Value);

    /// <summary>The tables that were asked for, one after another.</summary>
    public string Tables => string.Join('\n', _tables);

    /// <summary>Measures a table and puts it in its place. Says on the error stream what is being measured.</summary>
    public void Fill(string name, Func<object> measure)
    {
        string place = $"{{{name}}}\n";
        if (!_text.Contains(place, StringComparison.Ordinal)) throw new InvalidOperationException($"page.md has no line {{{name}}}.");
        bool isAsked = parts.Count == 0 || parts.Contains(name);
        if (!isAsked && name != Needed) return;
        Console.Error.Write($"{name} … ");
        var clock = Stopwatch.StartNew();
        string table = $"{measure()}";
        if (isAsked) _tables.Add(table);
        _text = _text.Replace(place, table, StringComparison.Ordinal);
        Console.Error.WriteLine(FormattableString.Invariant($"{clock.Elapsed.TotalSeconds:F1} s"));
    }

    public override string ToString() => _text;

    [GeneratedRegex(@"^\{(\w+)\}$", RegexOptions.Multiline)]
    private static partial Regex Place { get; }
}
