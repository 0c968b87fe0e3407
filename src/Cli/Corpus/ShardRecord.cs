using System.Text.Json;

namespace AudioBsq.Cli.Corpus;

/// <summary>What was done for a shard: its done file, which is written last of all.</summary>
/// <param name="Shard">Its number, from 0.</param>
/// <param name="Of">Shards in all.</param>
/// <param name="Origin">What its tokens are made of.</param>
/// <param name="Device">Where the network ran: cpu, cuda or onnx, which may round differently.</param>
/// <param name="Version">The program's version.</param>
/// <param name="First">The number of its first clip in the manifest, from 0.</param>
/// <param name="Clips">Clips with tokens.</param>
/// <param name="Failures">Clips without.</param>
/// <param name="Seconds">Length of the clips with tokens.</param>
/// <param name="Tokens">Tokens of all clips.</param>
/// <param name="Files">The tokens, and behind them the failures.</param>
internal sealed record ShardRecord(
    int Shard, int Of, CorpusOrigin Origin, string Device, string Version, int First, int Clips, int Failures, double Seconds, long Tokens,
    IReadOnlyList<ShardFile> Files)
{
    /// <summary>The end of a done file's name.</summary>
    public const string Extension = ".done.json";

    /// <summary>Clips of the manifest that the shard has.</summary>
    public int Total => Clips + Failures;

    /// <summary>The done file of a shard.</summary>
    public static string PathOf(string folder, CorpusShard shard) => Path.Combine(folder, shard.Name + Extension);

    public void Write(Stream file) => JsonSerializer.Serialize(file, this, CorpusJson.Settings);

    /// <summary>Reads a done file; null where it is missing or damaged.</summary>
    public static ShardRecord? Find(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<ShardRecord>(File.ReadAllBytes(path), CorpusJson.Settings) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether all files are there, in their sizes.</summary>
    public bool IsWhole(string folder) => Files.All(file => file.IsThere(folder));
}
