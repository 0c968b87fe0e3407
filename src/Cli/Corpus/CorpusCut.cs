namespace AudioBsq.Cli.Corpus;

/// <summary>
/// Cuts a manifest into shards of about equal length. The rule: lengths are rounded to milliseconds; the clips lie one behind the other;
/// the whole is cut into equal parts, and a clip belongs to the shard in which its middle falls. So every shard is a range of the manifest,
/// in its order, and its length differs from the mean by the longest clip's at most. Integers alone decide, on every machine alike. Where
/// all clips have length 0, each counts the same. A shard may be empty.
/// </summary>
internal static class CorpusCut
{
    private const double MaxSeconds = 1e9;

    /// <summary>The first clip of each shard, and behind them the number of clips.</summary>
    public static int[] Starts(IEnumerable<double> seconds, int shards)
    {
        long[] lengths = [.. seconds.Select(length => (long)Math.Round(Math.Clamp(length, 0, MaxSeconds) * 1000))];
        if (lengths.All(length => length == 0)) Array.Fill(lengths, 1);
        Int128 total = 0, before = 0;
        foreach (long length in lengths) total += length;
        int[] starts = new int[shards + 1];
        int shard = 0;
        for (int clip = 0; clip < lengths.Length; clip++)
        {
            Int128 twiceMiddle = 2 * before + lengths[clip];
            int own = (int)Int128.Min(twiceMiddle * shards / (2 * total), shards - 1);
            while (shard < own) starts[++shard] = clip;
            before += lengths[clip];
        }

        while (shard < shards) starts[++shard] = lengths.Length;
        return starts;
    }
}
