using AudioBsq.Training;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>All measurements, one after another, and the page that they are written on. Start reading here.</summary>
internal sealed class Bench
{
    /// <summary>Threads of torch on both sides, but where two are compared.</summary>
    public required int Threads { get; init; }

    /// <summary>Runs of each part.</summary>
    public required int Repeats { get; init; }

    public required Clock Clock { get; init; }

    /// <summary>Whether the slow parts are left out.</summary>
    public required bool Quick { get; init; }

    /// <summary>The tables to measure, by their names in page.md; all when empty.</summary>
    public required IReadOnlyCollection<string> Parts { get; init; }

    /// <summary>The rival's Python; the usual ones when null, none when empty.</summary>
    public string? Python { get; init; }

    /// <summary>For files that are deleted after it.</summary>
    public required string Folder { get; init; }

    private IReadOnlyList<BenchModel> Run => Quick ? [BenchModels.Tiny, BenchModels.HalfHour] : BenchModels.All;

    private IReadOnlyList<BenchModel> Trained => Quick ? [BenchModels.Tiny] : [BenchModels.Small, BenchModels.HalfHour];

    private IReadOnlyList<BenchModel> Started => Quick ? [BenchModels.Tiny] : [BenchModels.Tiny, BenchModels.Small];

    /// <summary>Measures, and fills the page; the tables alone where only some are asked for.</summary>
    public string Page()
    {
        using var rival = Rival.Start(Python, Threads, Folder);
        var machine = Machine.Describe(Threads, Clock, Repeats, rival); // first: its load is not ours
        var turns = new Turns(Clock, rival, Repeats);
        var page = new BenchPage(Parts);
        page.Fill("machine", () => machine);
        page.Fill("models", () => Models(rival));
        Peak peak = null!;
        page.Fill("peak", () => (peak = new Peak(turns, rival, Threads)).Describe());
        TrainingPrecision[] precisions = peak.HasBFloat16 ? [TrainingPrecision.Full, TrainingPrecision.BFloat16] : [TrainingPrecision.Full];
        page.Fill("signal", () => SignalPart.Measure(turns, peak));
        page.Fill("networks", () => NetworkPart.Measure(turns, peak, Run));
        page.Fill("attention", () => AttentionPart.Measure(turns, Trained, precisions));
        var training = new Lazy<TrainingPart>(() => Train(new TrainingPart(turns, peak), precisions)); // for two tables
        page.Fill("steps", () => training.Value.Steps);
        page.Fill("parts", () => training.Value.Parts);
        page.Fill("adversarial", () => Oppose(new TrainingPart(turns, peak), precisions));
        page.Fill("threads", () => TwoThreads(rival, precisions));
        page.Fill("saving", () => FilePart.SaveAndLoad(turns, Run[^1], Folder));
        page.Fill("files", () => FilePart.FilesToTokens(turns, Started, Quick ? 3 : 12));
        page.Fill("start", () => new StartPart(rival, Threads, Repeats, Folder).Measure(Started));
        return Parts.Count > 0 ? page.Tables : page.ToString();
    }

    private static MarkdownTable Models(Rival? rival)
    {
        var table = new MarkdownTable("model", "width, layers", "window", "positions", "million weights", "in PyTorch");
        foreach (var bench in BenchModels.All)
        {
            var network = bench.Options.Encoder;
            using var model = AudioBsqModel.Create(bench.Options, new Signal.MelOptions(), device: "cpu");
            string layers = $"{network.Layers} + {network.Layers}{(network.UseConvModule ? ", convolution" : "")}";
            table.Add(
                bench.Name, $"{network.Width}, {layers}", bench.Window, $"{bench.Options.WindowPositions}",
                MarkdownTable.Figure(model.ParameterCount / 1e6), MarkdownTable.Figure(rival?.Weights[bench.Name] / 1e6));
        }

        return table;
    }

    private TrainingPart Train(TrainingPart training, TrainingPrecision[] precisions)
    {
        foreach (var bench in Trained)
        {
            foreach (var precision in precisions) training.Measure(bench, precision);
        }

        return training;
    }

    private string Oppose(TrainingPart training, TrainingPrecision[] precisions)
    {
        foreach (var precision in precisions) training.MeasureAdversarial(Trained[^1], precision);
        return training.Adversarial;
    }

    private object TwoThreads(Rival? rival, TrainingPrecision[] precisions)
    {
        if (Environment.ProcessorCount < 2) return "This machine has one core.\n";
        using var two = rival is null ? null : Rival.Start(rival.Python, threads: 2, Folder);
        return ThreadsPart.Measure(rival, two, Repeats, Trained.SelectMany(bench => precisions.Select(precision => (bench, precision))));
    }
}
