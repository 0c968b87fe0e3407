using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using AudioBsq.Cli.Tokenizing;

namespace AudioBsq.Cli.Corpus;

/// <summary>
/// Shar of Lhotse's: cuts as gzipped JSON lines, and beside them a tar with an array (steps, tokens of a step) and its description for each
/// cut. A cut of the manifest keeps all that it has. The files are in a folder of their own, since Lhotse takes every file for a field.
/// </summary>
internal sealed class SharFormat : CorpusFormat
{
    public const string Name = "shar";

    /// <summary>The cuts' custom field that holds the tokens, and the name of the tar.</summary>
    public const string Field = "tokens";

    public override string Word => Name;

    public override IReadOnlyList<string> FilesOf(CorpusShard shard) =>
        [$"{Name}/cuts.{shard.Number:000000}.jsonl.gz", $"{Name}/{Field}.{shard.Number:000000}.tar"];

    public override ICorpusWriter Open(IReadOnlyList<Stream> files, AudioBsqModel model, string modelName) =>
        new Writer(files[0], files[1], model.Options.TokensPerStep);

    public override IEnumerable<string> Ids(IReadOnlyList<string> paths)
    {
        using var arrays = PlainTar.Read(paths[1]).GetEnumerator();
        foreach (var (number, line) in ManifestText.Lines(paths[0]))
        {
            string id = JsonNode.Parse(line)?["id"]?.GetValue<string>() ?? "";
            foreach (string name in new[] { $"{id}.npy", $"{id}.json" })
            {
                if (!arrays.MoveNext() || arrays.Current.Name != name)
                    throw new InvalidDataException($"'{paths[1]}' does not have '{name}' where '{paths[0]}' has it, in line {number}.");
            }

            yield return id;
        }

        if (arrays.MoveNext()) throw new InvalidDataException($"'{paths[1]}' has more clips than '{paths[0]}'.");
    }

    public override void Join(IEnumerable<IReadOnlyList<string>> shards, Stream output, CancellationToken cancellation) =>
        throw new NotSupportedException("Shar needs no merge: Lhotse reads all shards of the folder shar together.");

    private sealed class Writer(Stream cuts, Stream tokens, int tokensPerStep) : ICorpusWriter
    {
        private readonly StreamWriter _cuts = new(
            new GZipStream(cuts, CompressionLevel.Optimal, leaveOpen: true), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

        private readonly PlainTar _arrays = new(tokens);

        public void Write(CorpusClip clip, ClipTokens tokens)
        {
            var description = new JsonObject
            {
                ["storage_type"] = "shar",
                ["storage_path"] = "",
                ["storage_key"] = "",
                ["shape"] = new JsonArray(tokens.Tokens.Length / tokensPerStep, tokensPerStep),
            };
            _arrays.Add($"{clip.Id}.npy", new MemoryStream(NumpyArray.Of(tokens.Tokens, tokensPerStep)));
            _arrays.Add($"{clip.Id}.json", new MemoryStream(Encoding.UTF8.GetBytes(description.ToJsonString() + "\n")));
            string cut = LhotseCut.Write(clip, Math.Round(tokens.Seconds, 6), description).ToJsonString(CorpusJson.OneLine);
            _cuts.Write(cut + "\n");
        }

        public void Complete()
        {
            _cuts.Dispose();
            _arrays.Complete();
        }

        public void Dispose()
        {
            _cuts.Dispose();
            _arrays.Dispose();
        }
    }
}
