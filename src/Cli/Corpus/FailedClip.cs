namespace AudioBsq.Cli.Corpus;

/// <summary>A clip without tokens: a line of a shard's failures.jsonl.</summary>
/// <param name="Id">The clip's id.</param>
/// <param name="Path">Its file, as results name it.</param>
/// <param name="Reason">Why there are no tokens.</param>
internal sealed record FailedClip(string Id, string Path, string Reason)
{
    /// <summary>The file of a shard's failures.</summary>
    public static string FileOf(CorpusShard shard) => $"{shard.Name}.failures.jsonl";
}
