namespace AudioBsq.Cli.Corpus;

/// <summary>The done files of a folder.</summary>
internal static class CorpusFolder
{
    /// <summary>The records of all shards, in order, if they belong together and none is missing.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="complain">Gets what is wrong.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static List<ShardRecord> Records(string folder, Action<string> complain)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no folder '{folder}'.");
        var records = new List<ShardRecord>();
        foreach (string path in Directory.EnumerateFiles(folder, $"*{ShardRecord.Extension}").Order(StringComparer.Ordinal))
        {
            if (ShardRecord.Find(path) is not { Origin: not null, Files: not null } record) complain($"'{path}' is damaged.");
            else if (new CorpusShard(record.Shard, record.Of).Name + ShardRecord.Extension != Path.GetFileName(path))
                complain($"'{path}' is the done file of shard {record.Shard} of {record.Of}.");
            else records.Add(record);
        }

        if (records.Count == 0) complain($"'{folder}' has no shard that is done.");
        else Compare(records, complain);
        return records;
    }

    private static void Compare(List<ShardRecord> records, Action<string> complain)
    {
        int count = records[0].Of;
        foreach (var record in records.Where(record => record.Of != count))
            complain($"shard {record.Shard} is one of {record.Of}, and others are of {count}.");
        foreach (var record in records)
        {
            if (record.Origin.DifferenceFrom(records[0].Origin) is not { } difference) continue;
            complain($"shard {records[0].Shard} is of {difference} than shard {record.Shard}.");
        }

        int[] missing = [.. Enumerable.Range(0, count).Except(records.Select(record => record.Shard))];
        if (missing.Length == 0) return;
        string named = string.Join(", ", missing.Take(20)) + (missing.Length > 20 ? " …" : "");
        complain($"{missing.Length:N0} of {count:N0} shards are not done: {named}.");
    }
}
