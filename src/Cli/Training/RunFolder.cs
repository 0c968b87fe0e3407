using System.Text;
using AudioBsq.Cli.Configuration;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Evaluation;
using AudioBsq.Persistence;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Training;

/// <summary>Writes the folder of a training run, whose files docs/training.md lists.</summary>
internal sealed class RunFolder : IDisposable
{
    // Links to folders, which may lead to each other, are not followed.
    private static readonly EnumerationOptions Inside =
        new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    private readonly string _folder;
    private readonly TrainingConfig _config;
    private readonly MetricsFile _metrics;
    private readonly ValidationSamples _samples;
    private readonly TensorBoardLog? _tensorBoard;
    private readonly Action<string, Exception?> _say;
    private bool _cannotDraw;

    /// <param name="folder">It is created if need be.</param>
    /// <param name="config">The configuration of the run.</param>
    /// <param name="original">Name and sound of a validation clip, by its position.</param>
    /// <param name="say">Prints a message.</param>
    public RunFolder(
        string folder, TrainingConfig config, Func<int, (string Name, Waveform Sound)> original, Action<string, Exception?> say)
    {
        if (File.Exists(folder)) throw new IOException($"'{folder}' is a file, not a folder to write to.");
        Directory.CreateDirectory(folder);
        (_folder, _config, _say) = (folder, config, say);
        _metrics = new MetricsFile(PathOf("metrics.csv"));
        _samples = new ValidationSamples(PathOf("samples"), config.Model, config.Mel, original);
        if (config.TensorBoard) _tensorBoard = new TensorBoardLog(PathOf("tensorboard"));
    }

    public string ModelPath => PathOf("tokenizer.zip");

    public TrainingHistory History { get; } = new();

    public void Add(TrainingReport report)
    {
        _metrics.Add(report);
        History.Add(report, _metrics.Best);
        List<(string Name, byte[] Picture)> pictures = [];
        Draw("samples", () => pictures.AddRange(_samples.Write(report.Progress)));
        _tensorBoard?.Add(report, pictures);
    }

    /// <summary>Copies the configuration, below the overrides of the command line.</summary>
    public void WriteConfig(string source, string[] overrides)
    {
        string place = PathOf("config.yaml");
        if (File.Exists(source) && Path.GetFullPath(place) == Path.GetFullPath(source)) return; // a run that is resumed from its own copy
        var text = new StringBuilder($"# Copy of {source}; what it extends is not copied, summary.json has every value.\n");
        foreach (string each in overrides) text.Append($"# --set {each.ReplaceLineEndings(" ")}\n");
        text.Append(ConfigSource.Read(source));
        AtomicFile.Write(place, stream => stream.Write(Encoding.UTF8.GetBytes(text.ToString())));
    }

    public void WriteModel(Action<Stream> save) => AtomicFile.Write(ModelPath, save);

    /// <summary>Draws the training history, if there was a report.</summary>
    public void WriteCurves()
    {
        if (_metrics.Rows.Count == 0) return;
        Draw("curves.png", () =>
        {
            byte[] picture = TrainingCurves.Draw(_metrics.Rows, _config.Mel.Level.Unit());
            AtomicFile.Write(PathOf("curves.png"), stream => stream.Write(picture));
        });
    }

    public void WriteSummary(ISummary summary) =>
        AtomicFile.Write(PathOf("summary.json"), stream => stream.Write(Encoding.UTF8.GetBytes(summary.ToJson() + "\n")));

    /// <summary>Lists the folder, but for the summary: its files, and its folders with the number and size of their files.</summary>
    public IReadOnlyList<TrainingSummary.Entry> Entries() =>
    [
        .. new DirectoryInfo(_folder).GetFileSystemInfos()
            .Where(entry => entry.Name != "summary.json" && !entry.Name.StartsWith('.'))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal)
            .Select(EntryOf),
    ];

    public void Dispose()
    {
        _metrics.Dispose();
        _tensorBoard?.Dispose();
    }

    private static TrainingSummary.Entry EntryOf(FileSystemInfo entry)
    {
        if (entry is FileInfo file) return new TrainingSummary.Entry(file.Name, 1, file.Length);
        FileInfo[] inside = [.. ((DirectoryInfo)entry).EnumerateFiles("*", Inside)];
        return new TrainingSummary.Entry($"{entry.Name}/", inside.Length, inside.Sum(each => each.Length));
    }

    // Pictures need a native library: a system without it can train all the same.
    private void Draw(string what, Action draw)
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

    private string PathOf(string name) => Path.Combine(_folder, name);
}
