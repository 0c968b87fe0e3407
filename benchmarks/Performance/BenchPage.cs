using System.Diagnostics;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>The page: <c>page.md</c>, in which names in braces on lines of their own stand for tables.</summary>
internal sealed class BenchPage
{
    private string _text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "page.md"));

    /// <summary>Measures a table and puts it in its place. Says on the error stream what is being measured.</summary>
    public void Fill(string name, Func<object> measure)
    {
        string place = $"{{{name}}}\n";
        if (!_text.Contains(place, StringComparison.Ordinal)) throw new InvalidOperationException($"page.md has no line {{{name}}}.");
        Console.Error.Write($"{name} … ");
        var clock = Stopwatch.StartNew();
        _text = _text.Replace(place, $"{measure()}", StringComparison.Ordinal);
        Console.Error.WriteLine(FormattableString.Invariant($"{clock.Elapsed.TotalSeconds:F1} s"));
    }

    public override string ToString() => _text;
}
