using System.Text;
using AudioBsq.Cli.Configuration;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Evaluation;
using AudioBsq.Persistence;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Training;

/// <summary>The folder of a training run, as docs/training.md lists it. Model and summary are there in whole or not at all.</summary>
internal sealed class RunFolder : IDisposable
{
    private readonly string _folder;
    private readonly TrainingConfig _config;
    private readonly MetricsFile _metrics;
    private readonly ValidationSamples _samples;
    private readonly TensorBoardLog? _tensorBoard;
    private readonly Action<string, Exception?> _say;
    private bool _drawsNothing;

    /// <param name="folder">It is made if need be.</param>
    /// <param name="config">What is run.</param>
    /// <param name="original">Name and sound of a validation clip, by its place.</param>
    /// <param name="say">Is told where a picture could not be drawn.</param>
    public RunFolder(string folder, TrainingConfig config, Func<int, (string Name, Waveform Sound)> original, Action<string, Exception?> say)
    {
        if (File.Exists(folder)) throw new IOException($"'{folder}' is a file, not a folder to write to.");
        Directory.CreateDirectory(folder);
        (_folder, _config, _say) = (folder, config, say);
        _metrics = new MetricsFile(PathOf("metrics.csv"));
        _samples = new ValidationSamples(PathOf("samples"), config.Model, config.Mel, original);
        if (config.TensorBoard) _tensorBoard = new TensorBoardLog(PathOf("tensorboard"));
    }

    public string ModelPath => PathOf("tokenizer.zip");

    /// <summary>The reports of this process, and the best validation of the run.</summary>
    public TrainingHistory Course { get; } = new();

    public void Add(TrainingReport report)
    {
        _metrics.Add(report);
        Course.Add(report, _metrics.Best);
        List<(string Name, byte[] Picture)> pictures = [];
        Draw("samples", () => pictures.AddRange(_samples.Write(report.Progress)));
        _tensorBoard?.Add(report, pictures);
    }

    /// <summary>Copies the configuration; above it stands what the command line set.</summary>
    public void WriteConfig(string source, string[] overrides)
    {
        string place = PathOf("config.yaml");
        if (Path.GetFullPath(place) == Path.GetFullPath(source)) return; // a run that is begun again from its own copy
        var text = new StringBuilder($"# Copy of {source}; what it extends is not copied, summary.json has every value.\n");
        foreach (string each in overrides) text.Append($"# --set {each.ReplaceLineEndings(" ")}\n");
        text.Append(File.ReadAllText(source));
        Write(place, stream => stream.Write(Encoding.UTF8.GetBytes(text.ToString())));
    }

    public void WriteModel(Action<Stream> save) => Write(ModelPath, save);

    /// <summary>Draws the course of the run, if there was a report.</summary>
    public void WriteCurves()
    {
        if (_metrics.Rows.Count == 0) return;
        Draw("curves.png", () =>
        {
            byte[] picture = TrainingCurves.Draw(_metrics.Rows, _config.Mel.Level.Unit());
            Write(PathOf("curves.png"), stream => stream.Write(picture));
        });
    }

    public void WriteSummary(ISummary summary) => Write(PathOf("summary.json"), stream => stream.Write(Encoding.UTF8.GetBytes(summary.ToJson() + "\n")));

    /// <summary>What is in the folder: files, and folders with what is in them. The summary itself is not in the list.</summary>
    public IReadOnlyList<TrainingSummary.Entry> Entries() =>
    [
        .. new DirectoryInfo(_folder).GetFileSystemInfos()
            .Where(entry => entry.Name != "summary.json" && !entry.Name.StartsWith('.'))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal)
            .Select(entry => entry is DirectoryInfo inside
                ? new TrainingSummary.Entry($"{entry.Name}/", inside.EnumerateFiles("*", SearchOption.AllDirectories).Count(), inside.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length))
                : new TrainingSummary.Entry(entry.Name, 1, ((FileInfo)entry).Length)),
    ];

    public void Dispose()
    {
        _metrics.Dispose();
        _tensorBoard?.Dispose();
    }

    // Pictures need a native library and fonts: a system without them can train all the same.
    private void Draw(string what, Action draw)
    {
        if (_drawsNothing) return;
        try
        {
            draw();
        }
        catch (Exception failure) when (failure is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException)
        {
            _drawsNothing = true;
            _say($"{what} and later pictures are left out: {Failure.Reason(failure)}", failure);
        }
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private static void Write(string path, Action<Stream> content)
    {
        using var file = new AtomicFile(path);
        content(file.Stream);
        file.Commit();
    }
}
