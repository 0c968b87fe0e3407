using System.Formats.Tar;

namespace AudioBsq.Cli.Corpus;

/// <summary>
/// Writes a tar whose bytes depend on names and contents alone: no times, users or processes. GNU's kind, since it has long names without
/// headers that are named after a process.
/// </summary>
internal sealed class PlainTar(Stream file) : IDisposable
{
    private const int EndBytes = 1024;
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly TarWriter _tar = new(file, TarEntryFormat.Gnu, leaveOpen: true);
    private bool _isEmpty = true;

    public void Add(string name, Stream content)
    {
        _tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = content,
            Mode = Mode,
            ModificationTime = DateTimeOffset.UnixEpoch,
        });
        _isEmpty = false;
    }

    /// <summary>Writes the end of the archive.</summary>
    public void Complete()
    {
        Dispose();
        if (_isEmpty) file.Write(new byte[EndBytes]); // which TarWriter leaves out, and other programs need
    }

    public void Dispose() => _tar.Dispose();

    /// <summary>Names and contents of a tar, in order; a content can be read until the next one is asked for.</summary>
    public static IEnumerable<(string Name, Stream Content)> Read(string path)
    {
        using var stream = File.OpenRead(path);
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry() is { } entry) yield return (entry.Name, entry.DataStream ?? Stream.Null);
    }
}
