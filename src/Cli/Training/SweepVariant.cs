using AudioBsq.Cli.Console;

namespace AudioBsq.Cli.Training;

/// <summary>A version of a configuration: what it is called, and what it sets.</summary>
internal sealed record SweepVariant(string Name, IReadOnlyList<string> Overrides)
{
    /// <summary>Cases as they are written, <c>NAME: KEY=VALUE; KEY=VALUE</c> or just <c>NAME</c>, each with what is set in all of them.</summary>
    /// <exception cref="UsageException">One has no name, or the name of another.</exception>
    public static SweepVariant[] Parse(string[] texts, string[] common)
    {
        SweepVariant[] cases = [.. texts.Select(text => Parse(text, common))];
        if (cases.FirstOrDefault(one => one.Slug.Length == 0) is { } nameless) throw new UsageException($"A case needs a name with a letter or digit; '{nameless.Name}' has none.");
        if (cases.GroupBy(one => one.Slug).FirstOrDefault(same => same.Count() > 1) is { } twice) throw new UsageException($"Two cases are called '{twice.First().Name}'.");
        return cases;
    }

    /// <summary>The name as part of a folder's name: letters and digits, with '-' for all else.</summary>
    public string Slug => string.Join('-', new string([.. Name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static SweepVariant Parse(string text, string[] common)
    {
        int colon = text.IndexOf(':');
        string[] own = colon < 0 ? [] : text[(colon + 1)..].Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new SweepVariant((colon < 0 ? text : text[..colon]).Trim(), [.. common, .. own]);
    }
}
