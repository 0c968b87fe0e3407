using System.Text.Json;
using AudioBsq.Persistence;

namespace AudioBsq.Cli.Corpus;

/// <summary>
/// What a folder's tokens are made of, and where the manifest is cut: the file corpus.json. The first worker writes it and the others read
/// it, so that a file which vanishes meanwhile, and with it its length, does not move the cut.
/// </summary>
/// <param name="Origin">What the tokens are made of.</param>
/// <param name="Shards">Number of shards.</param>
/// <param name="Starts">The first clip of each shard, and behind them the number of clips.</param>
internal sealed record CorpusPlan(CorpusOrigin Origin, int Shards, IReadOnlyList<int> Starts)
{
    public const string FileName = "corpus.json";

    /// <summary>The plan of a folder; null where it has none.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static CorpusPlan? Find(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<CorpusPlan>(File.ReadAllBytes(path), CorpusJson.Settings)
                ?? throw new JsonException("null is no plan");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"'{path}' is damaged: {failure.Message}", failure);
        }
    }

    /// <summary>
    /// The plan of a folder. Where it has none, this worker's becomes it, unless another worker is faster.
    /// </summary>
    /// <exception cref="InvalidDataException">The folder is for another corpus, model, format or number of shards.</exception>
    public static CorpusPlan Agree(string folder, CorpusShard shard, CorpusOrigin origin, Func<IEnumerable<double>> seconds)
    {
        if (Find(folder) is not { } plan)
        {
            Propose(folder, shard, new CorpusPlan(origin, shard.Count, CorpusCut.Starts(seconds(), shard.Count)));
            plan = Find(folder) ?? throw new IOException($"'{Path.Combine(folder, FileName)}' has vanished.");
        }

        AtomicFile.TryDelete(OwnName(folder, shard)); // where this worker was killed when it had written it

        string? difference = plan.Shards == shard.Count ? origin.DifferenceFrom(plan.Origin) : $"{plan.Shards} shards, not {shard.Count}";
        if (difference is null && plan.Starts.Count == shard.Count + 1) return plan;
        throw new InvalidDataException(
            $"'{folder}' holds tokens of {difference ?? "a damaged plan"}. Nothing was changed; choose a new folder with --output.");
    }

    private static void Propose(string folder, CorpusShard shard, CorpusPlan plan)
    {
        string own = OwnName(folder, shard);
        AtomicFile.Write(own, stream => JsonSerializer.Serialize(stream, plan, CorpusJson.Settings));
        FirstFile.TryMove(own, Path.Combine(folder, FileName));
    }

    private static string OwnName(string folder, CorpusShard shard) => Path.Combine(folder, $"{FileName}.{shard.Name}");
}
