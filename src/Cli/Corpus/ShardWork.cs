using AudioBsq.Cli.Console;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Persistence;

namespace AudioBsq.Cli.Corpus;

/// <summary>
/// Start reading here: what one worker does. Workers know nothing of each other but what is in the folder. A worker writes the tokens of
/// its shard and the failures under other names, moves them into their places when all is on the disk, and writes the done file last. So
/// a shard is done or not begun, however its worker ended, and the same command does what is missing.
/// </summary>
/// <param name="folder">The folder of all shards.</param>
/// <param name="shard">The worker's shard.</param>
/// <param name="format">How tokens are written.</param>
/// <param name="terminal">Gets failures and progress.</param>
/// <param name="create">Creates unfinished files; tests replace it.</param>
internal sealed class ShardWork(
    string folder, CorpusShard shard, CorpusFormat format, Terminal terminal, Func<string, Stream>? create = null)
{
    /// <summary>Makes what is missing of the shard, and returns the exit code.</summary>
    /// <exception cref="InvalidDataException">The folder is for another corpus, model, format or number of shards.</exception>
    /// <exception cref="AtomicFileBusyException">Another worker has the same shard.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public int Run(
        CorpusManifest manifest, ManifestIndex index, TokenPipeline pipeline, string modelName, string device,
        CancellationToken cancellation)
    {
        var origin = new CorpusOrigin(index.Hash, pipeline.Model.Fingerprint, pipeline.Identity, format.Word);
        MakeFolder(folder);
        var plan = CorpusPlan.Agree(folder, shard, origin, () => ManifestIndex.Measured(manifest, cancellation));
        foreach (string file in format.FilesOf(shard)) MakeFolder(Path.GetDirectoryName(Path.Combine(folder, file))!);
        string path = ShardRecord.PathOf(folder, shard);
        using var done = new AtomicFile(path, create); // held until the end, so that a second worker of this shard is told
        if (IsDone(path, origin)) return ExitCode.Success;

        var (first, end) = (plan.Starts[shard.Number], plan.Starts[shard.Number + 1]);
        var clips = manifest.Clips().Skip(first).Take(end - first);
        var tally = new Tally(terminal);
        var record = new ShardRecord(
            shard.Number, shard.Count, origin, device, ShowVersion.VersionOf(typeof(ShardWork)), first, 0, 0, 0, 0, []);
        terminal.Follow(
            $"Shard {shard}", end - first, hidden: false,
            report => record = Write(record, clips, pipeline, modelName, tally, report, cancellation));
        if (record.Total != end - first)
            throw new InvalidDataException("The manifest was changed while it was read: the shard is not done.");
        record.Write(done.Stream);
        done.Commit();
        return tally.Conclude();
    }

    private static void MakeFolder(string path)
    {
        if (Directory.Exists(path)) return;
        Directory.CreateDirectory(path);
        FolderSync.Flush(Path.GetDirectoryName(Path.GetFullPath(path)) ?? path);
    }

    private bool IsDone(string path, CorpusOrigin origin)
    {
        if (ShardRecord.Find(path) is not { } record) return false;
        if (origin.DifferenceFrom(record.Origin) is { } difference)
            throw new InvalidDataException(
                $"'{path}' is of {difference}. Nothing was changed; choose a new folder with --output.");
        bool isWhole = record.IsWhole(folder);
        terminal.Say(isWhole
            ? $"shard {shard} is done already, with {record.Clips:N0} clips and {record.Failures:N0} failures."
            : $"shard {shard} was done, and its files are not all there: it is made again.");
        return isWhole;
    }

    private ShardRecord Write(
        ShardRecord record, IEnumerable<CorpusClip> clips, TokenPipeline pipeline, string modelName, Tally tally, Action<double> report,
        CancellationToken cancellation)
    {
        string[] names = [.. format.FilesOf(shard), FailedClip.FileOf(shard)];
        var files = new List<AtomicFile>();
        try
        {
            foreach (string name in names) files.Add(new AtomicFile(Path.Combine(folder, name), create));
            var streams = files.ConvertAll(file => file.Stream);
            using (var writer = format.Open(streams[..^1], pipeline.Model, modelName))
            {
                record = Write(record, clips, pipeline, writer, streams[^1], tally, report, cancellation);
                writer.Complete();
            }

            record = record with { Files = [.. names.Select((name, i) => ShardFile.Of(name, streams[i]))] };
            foreach (var file in files) file.Commit();
            return record;
        }
        finally
        {
            foreach (var file in files) file.Dispose();
        }
    }

    private static ShardRecord Write(
        ShardRecord record, IEnumerable<CorpusClip> clips, TokenPipeline pipeline, ICorpusWriter writer, Stream failures, Tally tally,
        Action<double> report, CancellationToken cancellation)
    {
        var tokenizer = new ClipTokenizer(pipeline);
        foreach (var clip in clips)
        {
            cancellation.ThrowIfCancellationRequested();
            var (tokens, reason) = tokenizer.Tokenize(clip, cancellation);
            if (tokens is not null)
            {
                writer.Write(clip, tokens);
                tally.Count(tokens.Seconds, tokens.Tokens.Length);
                record = record with
                {
                    Clips = record.Clips + 1,
                    Seconds = record.Seconds + tokens.Seconds,
                    Tokens = record.Tokens + tokens.Tokens.Length,
                };
            }
            else
            {
                FailureFile.Add(failures, new FailedClip(clip.Id, clip.Name, reason));
                tally.Refuse(clip.Id, reason);
                record = record with { Failures = record.Failures + 1 };
            }

            report(tally.Total);
        }

        return record;
    }
}
