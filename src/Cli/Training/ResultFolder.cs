using System.Text;
using AudioBsq.Cli.Configuration;
using AudioBsq.Cli.Console;
using AudioBsq.Persistence;

namespace AudioBsq.Cli.Training;

/// <summary>A folder of results: writes files to it, and lists them.</summary>
internal sealed class ResultFolder
{
    // Links to folders, which may lead to each other, are not followed.
    private static readonly EnumerationOptions Inside =
        new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    private readonly string _folder;
    private readonly Action<string, Exception?> _say;
    private bool _cannotDraw;

    /// <param name="folder">It is created if need be.</param>
    /// <param name="say">Prints a message.</param>
    public ResultFolder(string folder, Action<string, Exception?> say)
    {
        if (File.Exists(folder)) throw new IOException($"'{folder}' is a file, not a folder to write to.");
        Directory.CreateDirectory(folder);
        (_folder, _say) = (folder, say);
    }

    /// <summary>The place of a file or folder in it.</summary>
    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>Writes a file whole or not at all.</summary>
    public void Write(string name, Action<Stream> write) => AtomicFile.Write(PathOf(name), write);

    public void WriteText(string name, string text) => Write(name, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Copies the configuration, below the overrides of the command line, to config.yaml.</summary>
    public void WriteConfig(string source, string[] overrides)
    {
        const string name = "config.yaml";
        bool ownCopy = File.Exists(source) && Path.GetFullPath(PathOf(name)) == Path.GetFullPath(source);
        if (ownCopy) return; // a run that is resumed
        var text = new StringBuilder($"# Copy of {source}; what it extends is not copied, summary.json has every value.\n");
        foreach (string each in overrides) text.Append($"# --set {each.ReplaceLineEndings(" ")}\n");
        text.Append(ConfigSource.Read(source));
        WriteText(name, text.ToString());
    }

    /// <summary>Draws pictures. They need a native library: without it there are none, which is said once.</summary>
    public void Draw(string what, Action draw)
    {
        if (_cannotDraw) return;
        try
        {
            draw();
        }
        catch (Exception failure) when (failure is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException)
        {
            _cannotDraw = true;
            _say($"{what} and later pictures are left out: {Failure.Reason(failure)}", failure);
        }
    }

    /// <summary>Lists the folder, but for the summary: its files, and its folders with the number and size of their files.</summary>
    public IReadOnlyList<TrainingSummary.Entry> Entries() =>
    [
        .. new DirectoryInfo(_folder).GetFileSystemInfos()
            .Where(entry => entry.Name != "summary.json" && !entry.Name.StartsWith('.'))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal)
            .Select(EntryOf),
    ];

    private static TrainingSummary.Entry EntryOf(FileSystemInfo entry)
    {
        if (entry is FileInfo file) return new TrainingSummary.Entry(file.Name, 1, file.Length);
        FileInfo[] inside = [.. ((DirectoryInfo)entry).EnumerateFiles("*", Inside)];
        return new TrainingSummary.Entry($"{entry.Name}/", inside.Length, inside.Sum(each => each.Length));
    }
}
