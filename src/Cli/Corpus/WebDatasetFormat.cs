using System.Text;
using AudioBsq.Cli.Tokenizing;

namespace AudioBsq.Cli.Corpus;

/// <summary>
/// A tar for WebDataset: for each clip a container (.absq), which every command here reads, and its line of JSON, which Python reads.
/// </summary>
internal sealed class WebDatasetFormat : CorpusFormat
{
    public const string Name = "webdataset";

    private const string LineExtension = ".json";

    public override string Word => Name;

    public override IReadOnlyList<string> FilesOf(CorpusShard shard) => [$"{shard.Name}.tar"];

    public override ICorpusWriter Open(IReadOnlyList<Stream> files, AudioBsqModel model, string modelName) =>
        new Writer(files[0], model, modelName);

    public override IEnumerable<string> Ids(IReadOnlyList<string> paths)
    {
        string? container = null;
        foreach (var (name, content) in PlainTar.Read(paths[0]))
        {
            if (name.EndsWith(ContainerFile.Extension, StringComparison.Ordinal))
            {
                container = name;
                continue;
            }

            string id = IdOf(content);
            string key = WebDatasetKey.Of(id);
            if (name != key + LineExtension || container != key + ContainerFile.Extension)
                throw new InvalidDataException($"'{paths[0]}' has '{container}' before '{name}', which is the line of '{id}'.");
            yield return id;
        }
    }

    public override void Join(IEnumerable<IReadOnlyList<string>> shards, Stream output, CancellationToken cancellation)
    {
        using var tar = new PlainTar(output);
        foreach (var (name, content) in shards.SelectMany(paths => PlainTar.Read(paths[0])))
        {
            cancellation.ThrowIfCancellationRequested();
            tar.Add(name, content);
        }

        tar.Complete();
    }

    private static string IdOf(Stream content)
    {
        using var reader = new StreamReader(content);
        return TokenFile.Read(reader).FirstOrDefault().Clip?.Id ?? "";
    }

    private sealed class Writer(Stream file, AudioBsqModel model, string modelName) : ICorpusWriter
    {
        private readonly PlainTar _tar = new(file);

        public void Write(CorpusClip clip, ClipTokens tokens)
        {
            string key = WebDatasetKey.Of(clip.Id);
            var container = new MemoryStream();
            var header = ContainerFile.HeaderOf(model, modelName, clip.Name, sourceHash: null, tokens.Samples);
            ContainerFile.Write(container, header, [tokens.Tokens], () => tokens.Samples);
            container.Position = 0;
            _tar.Add(key + ContainerFile.Extension, container);
            using var line = new StringWriter();
            TokenFile.Write(line, tokens with { Id = clip.Id });
            _tar.Add(key + LineExtension, new MemoryStream(Encoding.UTF8.GetBytes(line.ToString())));
        }

        public void Complete() => _tar.Complete();

        public void Dispose() => _tar.Dispose();
    }
}
