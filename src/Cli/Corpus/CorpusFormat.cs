using AudioBsq.Cli.Tokenizing;

namespace AudioBsq.Cli.Corpus;

/// <summary>
/// A format for the tokens of many clips. The same clips give the same bytes, wherever and whenever they are written. To add a format,
/// derive from this and list it in <see cref="All"/>.
/// </summary>
internal abstract class CorpusFormat
{
    private static readonly CorpusFormat[] All = [new LinesFormat(), new ParquetFormat(), new SharFormat(), new WebDatasetFormat()];

    /// <summary>What it is called on the command line.</summary>
    public abstract string Word { get; }

    /// <summary>The files of a shard, below the folder, with '/'.</summary>
    public abstract IReadOnlyList<string> FilesOf(CorpusShard shard);

    /// <param name="files">As many as a shard has, empty, and open for reading too.</param>
    /// <param name="model">The model that makes the tokens.</param>
    /// <param name="modelName">Its name for people.</param>
    public abstract ICorpusWriter Open(IReadOnlyList<Stream> files, AudioBsqModel model, string modelName);

    /// <summary>The ids of a shard's clips, in order.</summary>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public abstract IEnumerable<string> Ids(IReadOnlyList<string> paths);

    /// <summary>
    /// Joins shards to one file, the same as if there had been one shard only.
    /// </summary>
    /// <param name="shards">The files of each shard.</param>
    /// <param name="output">Gets the joined file.</param>
    /// <param name="cancellation">Checked from time to time.</param>
    /// <exception cref="NotSupportedException">The format needs no joining.</exception>
    public abstract void Join(IEnumerable<IReadOnlyList<string>> shards, Stream output, CancellationToken cancellation);

    /// <summary>The format of this name; null where there is none.</summary>
    public static CorpusFormat? Find(string word) => All.FirstOrDefault(format => format.Word == word);

    /// <summary>The format that an option chose; null where it is none for a corpus.</summary>
    public static CorpusFormat? Of(TokenFormat format) => format switch
    {
        TokenFormat.Auto or TokenFormat.Lines => Find(LinesFormat.Name),
        TokenFormat.Parquet => Find(ParquetFormat.Name),
        TokenFormat.Shar => Find(SharFormat.Name),
        TokenFormat.WebDataset => Find(WebDatasetFormat.Name),
        _ => null,
    };
}
