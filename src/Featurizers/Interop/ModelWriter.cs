using AudioBsq.Persistence;
using Microsoft.ML;

namespace AudioBsq.MLNet;

/// <summary>Writes a transformer into a model file: small fields into its header entry, streams into entries beside it.</summary>
internal sealed class ModelWriter
{
    private readonly ModelSaveContext _context;

    public ModelWriter(ModelSaveContext context, ModelFormat format)
    {
        _context = context;
        context.CheckAtModel();
        context.SetVersionInfo(format.ToVersionInfo());
    }

    public void Number(int value) => _context.Writer.Write(value);

    public void Text(string? value) => _context.SaveStringOrNull(value);

    /// <summary>An options record, as JSON.</summary>
    public void Options<T>(T options) where T : class => _context.SaveString(OptionsJson.Write(options));

    /// <summary>An entry of its own. The stream can seek and must be left open.</summary>
    public void Stream(string name, Action<Stream> write) => _context.SaveBinaryStream(name, writer => write(writer.BaseStream));

    /// <summary>
    /// An entry of its own, or, if <paramref name="payload"/> (this very object) was already written in the same save, a reference
    /// to that entry; <paramref name="whole"/>, of which the payload is a part, will do as well. The stream can seek and must be left open.
    /// </summary>
    public void Shared(string name, object payload, Action<Stream> write, object? whole = null)
    {
        string? existing = (whole is null ? null : SharedEntries.Find(_context.Repository, whole))
            ?? SharedEntries.Find(_context.Repository, payload);
        Text(existing);
        if (existing is not null) return;
        Stream(name, write);
        SharedEntries.Add(_context.Repository, payload, SharedEntries.PathOf(_context.Directory, name));
    }
}
