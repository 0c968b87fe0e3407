using System.Text.Json;
using AudioBsq.Cli.Console;

namespace AudioBsq.Cli.Corpus;

/// <summary>
/// Proves that a folder holds a whole corpus: all shards are done and belong together, their files are what was written, and every clip of
/// the manifest is in them once, with its tokens or among the failures. Memory does not grow with the number of clips.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="terminal">Gets what is wrong.</param>
/// <param name="cancellation">Checked between two shards, and between two clips.</param>
internal sealed class CorpusCheck(string folder, Terminal terminal, CancellationToken cancellation)
{
    private int _problems;

    /// <summary>The records of all shards; null if something is wrong.</summary>
    /// <param name="path">The manifest; when null, clips are counted and not compared.</param>
    public List<ShardRecord>? Run(string? path)
    {
        var manifest = path is null ? null : new CorpusManifest(path);
        var index = manifest is null ? null : ManifestIndex.Of(manifest, path!, cancellation);
        var records = CorpusFolder.Records(folder, Complain);
        if (_problems == 0) CheckRanges(records, index);
        if (_problems > 0) return null; // what follows would only repeat it
        using var expected = manifest?.Clips().GetEnumerator();
        terminal.Follow("Verifying", records.Count, hidden: false, report =>
        {
            foreach (var record in records)
            {
                cancellation.ThrowIfCancellationRequested();
                CheckShard(record, expected);
                report(record.Shard + 1);
            }
        });
        return _problems == 0 ? records : null;
    }

    private void CheckRanges(List<ShardRecord> records, ManifestIndex? index)
    {
        if (index is not null && index.Hash != records[0].Origin.Manifest) Complain($"'{folder}' was made of another manifest.");
        int next = 0;
        foreach (var record in records)
        {
            if (record.First != next) Complain($"shard {record.Shard} begins with clip {record.First:N0}, and {next:N0} is the next.");
            next = record.First + record.Total;
        }

        if (index is not null && next != index.Clips) Complain($"the shards have {next:N0} clips, and the manifest {index.Clips:N0}.");
    }

    private void CheckShard(ShardRecord record, IEnumerator<CorpusClip>? expected)
    {
        int before = _problems;
        string[] names = FilesOf(record);
        if (!names.SequenceEqual(record.Files.Select(file => file.Name)))
            Complain($"the done file of shard {record.Shard} names other files than {string.Join(", ", names)}.");
        foreach (string damage in record.Files.Select(file => file.Damage(folder)).OfType<string>()) Complain($"{damage}.");
        int read = 0;
        try
        {
            if (_problems == before) CheckClips(record, expected, ref read);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or JsonException or UnauthorizedAccessException)
        {
            Complain(failure.Message);
        }

        for (; read < record.Total; read++) expected?.MoveNext(); // the next shard's clips come after this one's
    }

    // Tokens and failures are both in the order of the manifest: its next clip is the next of either.
    private void CheckClips(ShardRecord record, IEnumerator<CorpusClip>? expected, ref int read)
    {
        string[] paths = [.. FilesOf(record).Select(name => Path.Combine(folder, name))];
        using var good = CorpusFormat.Find(record.Origin.Format)!.Ids(paths[..^1]).GetEnumerator();
        using var bad = FailureFile.Read(paths[^1]).Select(failure => failure.Id).GetEnumerator();
        bool hasGood = good.MoveNext(), hasBad = bad.MoveNext();
        int clips = 0, failures = 0;
        while (hasGood || hasBad)
        {
            cancellation.ThrowIfCancellationRequested();
            if (expected is not null && read < record.Total)
            {
                expected.MoveNext();
                read++;
                string id = expected.Current.Id;
                bool isGood = hasGood && good.Current == id, isBad = hasBad && bad.Current == id;
                if (isGood == isBad)
                {
                    Complain($"the clip '{id}' is {(isGood ? "twice" : "not where it should be")} in shard {record.Shard}.");
                    return;
                }

                if (isGood) Next(good, ref hasGood, ref clips);
                else Next(bad, ref hasBad, ref failures);
            }
            else if (hasGood) Next(good, ref hasGood, ref clips);
            else Next(bad, ref hasBad, ref failures);
        }

        if ((clips, failures) != (record.Clips, record.Failures))
            Complain($"shard {record.Shard} has {clips:N0} clips and {failures:N0} failures, and its done file says {record.Clips:N0} and "
                + $"{record.Failures:N0}.");
    }

    private static void Next(IEnumerator<string> ids, ref bool has, ref int count)
    {
        has = ids.MoveNext();
        count++;
    }

    private static string[] FilesOf(ShardRecord record)
    {
        var shard = new CorpusShard(record.Shard, record.Of);
        return [.. CorpusFormat.Find(record.Origin.Format)?.FilesOf(shard) ?? [], FailedClip.FileOf(shard)];
    }

    private void Complain(string problem)
    {
        _problems++;
        terminal.Say(problem);
    }
}
