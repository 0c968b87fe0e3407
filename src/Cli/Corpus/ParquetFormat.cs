using AudioBsq.Cli.Tokenizing;
using Parquet;

namespace AudioBsq.Cli.Corpus;

/// <summary>Apache Parquet: a row for each clip, with its tokens as a list of integers.</summary>
internal sealed class ParquetFormat : CorpusFormat
{
    public const string Name = "parquet";

    public override string Word => Name;

    public override IReadOnlyList<string> FilesOf(CorpusShard shard) => [$"{shard.Name}.parquet"];

    public override ICorpusWriter Open(IReadOnlyList<Stream> files, AudioBsqModel model, string modelName) =>
        new Writer(files[0], model.Fingerprint);

    public override IEnumerable<string> Ids(IReadOnlyList<string> paths) => Groups(paths[0], ParquetColumns.ReadIdsAsync);

    public override void Join(IEnumerable<IReadOnlyList<string>> shards, Stream output, CancellationToken cancellation)
    {
        var rows = new ParquetRows(output);
        foreach (var row in shards.SelectMany(paths => Groups(paths[0], ParquetColumns.ReadAsync)))
        {
            cancellation.ThrowIfCancellationRequested();
            rows.Add(row);
        }

        rows.Complete();
    }

    private static IEnumerable<T> Groups<T>(string path, Func<ParquetReader, int, Task<T[]>> read)
    {
        using var file = File.OpenRead(path);
        var reader = Read(path, () => ParquetReader.CreateAsync(file));
        try
        {
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                int next = group;
                foreach (var row in Read(path, () => read(reader, next))) yield return row;
            }
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    // Damaged files make the library throw exceptions of many kinds.
    private static T Read<T>(string path, Func<Task<T>> read)
    {
        try
        {
            return read().GetAwaiter().GetResult();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            throw new InvalidDataException($"'{path}' is no Parquet file as it is written here: {failure.Message}", failure);
        }
    }

    private sealed class Writer(Stream file, string fingerprint) : ICorpusWriter
    {
        private readonly ParquetRows _rows = new(file);

        public void Write(CorpusClip clip, ClipTokens tokens) => _rows.Add(
            new(clip.Id, tokens.Tokens, tokens.Frames, tokens.Samples, tokens.SampleRate, tokens.BitsPerToken, fingerprint));

        public void Complete() => _rows.Complete();

        public void Dispose()
        {
        }
    }
}
