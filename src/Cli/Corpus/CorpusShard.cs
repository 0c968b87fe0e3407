using System.Globalization;

namespace AudioBsq.Cli.Corpus;

/// <summary>One of the parts that a manifest is cut into.</summary>
/// <param name="Number">From 0, as a Kubernetes job and a Slurm array count.</param>
/// <param name="Count">Parts in all.</param>
internal readonly record struct CorpusShard(int Number, int Count)
{
    /// <summary>More than that would not fit the names of files.</summary>
    public const int MaxCount = 99_999;

    /// <summary>The beginning of its files' names.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Number:00000}-of-{Count:00000}");

    /// <summary>As it is written on the command line: 3/8.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Count}");

    /// <summary>Reads 3/8; null where the text is none.</summary>
    public static CorpusShard? Parse(string text)
    {
        string[] parts = text.Split('/');
        bool isWhole = parts.Length == 2 & int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            & int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int count);
        return isWhole && count is > 0 and <= MaxCount && number < count ? new CorpusShard(number, count) : null;
    }
}
