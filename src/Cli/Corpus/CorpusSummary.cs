using System.Globalization;
using AudioBsq.Cli.Console;

namespace AudioBsq.Cli.Corpus;

/// <summary>What a folder of shards holds, all together.</summary>
internal sealed record CorpusSummary(
    string Folder, string Format, int Shards, int Clips, int Failures, double Seconds, long Tokens, long Bytes, string Model,
    IReadOnlyList<string> Devices) : ISummary
{
    public static CorpusSummary Of(string folder, IReadOnlyList<ShardRecord> shards) => new(
        folder,
        shards[0].Origin.Format,
        shards.Count,
        shards.Sum(shard => shard.Clips),
        shards.Sum(shard => shard.Failures),
        shards.Sum(shard => shard.Seconds),
        shards.Sum(shard => shard.Tokens),
        shards.Sum(shard => shard.Files.Sum(file => file.Bytes)),
        shards[0].Origin.Model,
        [.. shards.Select(shard => shard.Device).Distinct().Order(StringComparer.Ordinal)]);

    public IEnumerable<(string Name, string Value)> Rows()
    {
        var culture = CultureInfo.InvariantCulture;
        yield return ("Corpus", Folder);
        yield return ("Shards", string.Create(culture, $"{Shards:N0} of {Format}, {Bytes:N0} bytes"));
        yield return ("Clips", string.Create(culture, $"{Clips:N0}"));
        yield return ("Length", string.Create(culture, $"{Seconds:N1} s, {Seconds / 3600:N2} h"));
        yield return ("Tokens", string.Create(culture, $"{Tokens:N0}"));
        yield return ("Failures", string.Create(culture, $"{Failures:N0}"));
        yield return ("Model", Model);
        yield return ("Made on", string.Join(" and ", Devices));
    }
}
