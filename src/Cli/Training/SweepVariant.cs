using AudioBsq.Cli.Console;

namespace AudioBsq.Cli.Training;

/// <summary>A variant of a configuration: its name, and the keys that it overrides.</summary>
internal sealed record SweepVariant(string Name, IReadOnlyList<string> Overrides)
{
    /// <summary>
    /// Reads variants from <c>NAME: KEY=VALUE; KEY=VALUE</c>, or just <c>NAME</c>, and adds to each the overrides of all.
    /// </summary>
    /// <exception cref="UsageException">A name is missing or given twice.</exception>
    public static SweepVariant[] Parse(string[] texts, string[] common)
    {
        SweepVariant[] variants = [.. texts.Select(text => Parse(text, common))];
        if (variants.FirstOrDefault(variant => variant.Slug.Length == 0) is { } nameless)
            throw new UsageException($"A case needs a name with a letter or digit; '{nameless.Name}' has none.");
        if (variants.GroupBy(variant => variant.Slug).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new UsageException($"Two cases are called '{twice.First().Name}'.");
        return variants;
    }

    /// <summary>The name as part of a folder's name: letters and digits, with '-' in place of all else.</summary>
    public string Slug
    {
        get
        {
            string letters = new([.. Name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' ')]);
            return string.Join('-', letters.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    private static SweepVariant Parse(string text, string[] common)
    {
        int colon = text.IndexOf(':');
        string[] own = colon < 0
            ? []
            : text[(colon + 1)..].Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new SweepVariant((colon < 0 ? text : text[..colon]).Trim(), [.. common, .. own]);
    }
}
