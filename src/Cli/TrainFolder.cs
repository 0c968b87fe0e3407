using System.Text;
using AudioBsq.Training;

namespace AudioBsq.Cli;

/// <summary>The folder of a training run: its configuration, metrics, model and summary. Model and summary are there in whole or not at all.</summary>
internal sealed class TrainFolder : IDisposable
{
    private readonly string _folder;
    private readonly TrainMetrics _metrics;

    /// <param name="folder">It is made if need be.</param>
    /// <param name="goesOn">Keeps the metrics of the steps that come before this run's.</param>
    public TrainFolder(string folder, bool goesOn)
    {
        if (File.Exists(folder)) throw new IOException($"'{folder}' is a file, not a folder to write to.");
        Directory.CreateDirectory(folder);
        (_folder, _metrics) = (folder, new TrainMetrics(Path.Combine(folder, "metrics.csv"), goesOn));
    }

    public string ModelPath => Path.Combine(_folder, "tokenizer.zip");

    /// <summary>The last report; null before the first.</summary>
    public TrainingProgress? Last { get; private set; }

    /// <summary>The step with the lowest validation error, and that error; null without validation.</summary>
    public (int Step, double Error)? Best => _metrics.Best;

    public void Add(TrainingProgress progress) => _metrics.Add(Last = progress);

    /// <summary>Copies the configuration; above it stands what the command line set.</summary>
    public void WriteConfig(string source, string[] overrides)
    {
        string place = Path.Combine(_folder, "config.yaml");
        if (Path.GetFullPath(place) == Path.GetFullPath(source)) return; // a run that is begun again from its own copy
        var text = new StringBuilder($"# Copy of {source}; what it extends is not copied, summary.json has every value.\n");
        foreach (string each in overrides) text.Append($"# --set {each.ReplaceLineEndings(" ")}\n");
        text.Append(File.ReadAllText(source));
        Write(place, stream => stream.Write(Encoding.UTF8.GetBytes(text.ToString())));
    }

    public void WriteModel(Action<Stream> save) => Write(ModelPath, save);

    public void WriteSummary(ISummary summary) =>
        Write(Path.Combine(_folder, "summary.json"), stream => stream.Write(Encoding.UTF8.GetBytes(summary.ToJson() + "\n")));

    public void Dispose() => _metrics.Dispose();

    private static void Write(string path, Action<Stream> content)
    {
        using var file = new WholeFile(path);
        content(file.Stream);
        file.Keep();
    }
}
