using AudioBsq.Persistence;
using Microsoft.ML;

namespace AudioBsq.MLNet;

/// <summary>
/// Reads what <see cref="ModelWriter"/> wrote, in the same order. ML.NET wraps what is thrown here in an exception of its own
/// ("Error during class instantiation"): the cause is the innermost one.
/// </summary>
internal sealed class ModelReader
{
    private readonly ModelLoadContext _context;
    private readonly ModelFormat _format;

    public ModelReader(ModelLoadContext context, ModelFormat format)
    {
        (_context, _format) = (context, format);
        ZipExpansion.Check(context.Repository);
        context.CheckAtModel(format.ToVersionInfo());
    }

    public int Number() => _context.Reader.ReadInt32();

    public string? TextOrNull() => _context.LoadStringOrNull();

    public string Text() => TextOrNull() ?? throw Damaged("a text is missing");

    /// <summary>An options record that <paramref name="validate"/> accepts.</summary>
    public T Options<T>(Action<T> validate) where T : class => OptionsJson.Read(Text(), $"The model file's {_format.Loader}", validate);

    /// <summary>An entry of its own; the stream can seek.</summary>
    public T Stream<T>(string name, Func<Stream, T> read) => Entry(SharedEntries.PathOf(_context.Directory, name), read);

    /// <summary>
    /// What <see cref="ModelWriter.Shared"/> wrote: read from the file by the first transformer that asks, the same object for the others.
    /// </summary>
    public T Shared<T>(string name, Func<Stream, T> read) where T : class
    {
        string? reference = TextOrNull();
        if (reference is not null && !SharedEntries.IsPath(reference)) throw Damaged($"'{reference}' is no entry of it");
        string path = reference ?? SharedEntries.PathOf(_context.Directory, name);
        return SharedEntries.GetOrRead(_context.Repository, path, () => Entry(path, read)) as T
            ?? throw Damaged($"'{path}' is not a {typeof(T).Name}");
    }

    public InvalidDataException Damaged(string what, Exception? cause = null) =>
        new($"The model file's {_format.Loader} is damaged: {what}.", cause);

    private T Entry<T>(string path, Func<Stream, T> read)
    {
        int split = path.LastIndexOf('/');
        string folder = path[..Math.Max(split, 0)].Replace('/', Path.DirectorySeparatorChar);
        using var entry = _context.Repository.OpenEntryOrNull(folder, path[(split + 1)..]) ?? throw Damaged($"'{path}' is missing");
        return read(entry.Stream);
    }
}
