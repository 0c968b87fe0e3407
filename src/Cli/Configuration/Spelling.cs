namespace AudioBsq.Cli.Configuration;

/// <summary>Finds the right spelling of a misspelt name.</summary>
internal static class Spelling
{
    /// <summary>The candidate with the smallest <see cref="Distance"/>; the first of several.</summary>
    public static string Nearest(string word, IEnumerable<string> candidates) => candidates.MinBy(candidate => Distance(word, candidate))!;

    /// <summary>Number of letters to insert, delete or replace (Levenshtein 1966), regardless of case.</summary>
    public static int Distance(string a, string b)
    {
        if (a.Length > 100) a = a[..100];
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 0; i < a.Length; i++)
        {
            (int diagonal, row[0]) = (row[0], i + 1);
            for (int j = 0; j < b.Length; j++)
            {
                int replaced = diagonal + (char.ToLowerInvariant(a[i]) == char.ToLowerInvariant(b[j]) ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(replaced, Math.Min(row[j], diagonal) + 1);
            }
        }

        return row[^1];
    }
}
