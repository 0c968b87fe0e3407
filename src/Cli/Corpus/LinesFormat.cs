using System.Text;
using AudioBsq.Cli.Tokenizing;

namespace AudioBsq.Cli.Corpus;

/// <summary>JSON lines as 'audiobsq tokenize' writes them, each with the clip's id.</summary>
internal sealed class LinesFormat : CorpusFormat
{
    public const string Name = "jsonl";

    public override string Word => Name;

    public override IReadOnlyList<string> FilesOf(CorpusShard shard) => [$"{shard.Name}.jsonl"];

    public override ICorpusWriter Open(IReadOnlyList<Stream> files, AudioBsqModel model, string modelName) => new Writer(files[0]);

    public override IEnumerable<string> Ids(IReadOnlyList<string> paths)
    {
        using var reader = new StreamReader(paths[0]);
        foreach (var line in TokenFile.Read(reader))
        {
            string problem = line.Clip is null ? line.Problem : "it has no id";
            yield return line.Clip?.Id ?? throw new InvalidDataException($"'{paths[0]}', line {line.Number}: {problem}");
        }
    }

    public override void Join(IEnumerable<IReadOnlyList<string>> shards, Stream output, CancellationToken cancellation)
    {
        foreach (var paths in shards)
        {
            cancellation.ThrowIfCancellationRequested();
            using var shard = File.OpenRead(paths[0]);
            shard.CopyTo(output);
        }
    }

    private sealed class Writer(Stream file) : ICorpusWriter
    {
        private readonly StreamWriter _writer = new(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);

        public void Write(CorpusClip clip, ClipTokens tokens) => TokenFile.Write(_writer, tokens with { Id = clip.Id });

        public void Complete() => _writer.Flush();

        public void Dispose() => _writer.Dispose();
    }
}
