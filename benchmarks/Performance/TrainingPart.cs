using AudioBsq.Training;
using static AudioBsq.Benchmarks.Performance.MarkdownTable;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>Training steps: whole, beside the rival's; split into their parts; with a discriminator.</summary>
internal sealed class TrainingPart(Turns turns, Peak peak)
{
    // Read and written for each weight: its gradient for the norm; weight, gradient and moments; weight and average.
    private const double OptimizerBytes = 4 * (1 + 7 + 3);

    private readonly MarkdownTable _steps = new(
        "step", "precision", "ms", "seconds of sound a second", "GFLOP", "of peak", "PyTorch fp32, ms", "PyTorch / ours");

    private readonly MarkdownTable _parts = new("step", "part", "ms", "of the step", "GFLOP", "MB", "of peak");
    private readonly MarkdownTable _adversarial = new("step", "precision", "ms", "of the plain step", "GFLOP", "of peak");

    public string Steps => _steps.ToString();

    public string Parts => _parts.ToString();

    public string Adversarial => _adversarial.ToString();

    public void Measure(BenchModel bench, TrainingPrecision precision)
    {
        using var whole = new StepRun(bench, precision, turns.Clock);
        using var parts = new StepParts(bench, precision, turns.Clock);
        double[][] medians = turns.Medians([whole.Step, parts.Step, .. turns.Theirs($"step {bench.Name}")]);
        var (loader, step, part) = (medians[0][0], medians[0][1], medians[1]);
        double? theirs = medians.Length > 2 ? medians[2][0] : null;

        double sound = bench.Batch * bench.WindowSeconds, most = MostOf(precision);
        double operations = StepOperations.Network(bench.Options, StepRun.Options(bench, precision));
        string name = $"{bench.Name}, {bench.Batch} × {bench.Window}", type = StepRun.NameOf(precision);
        _steps.Add(
            name, type, Milliseconds(loader + step), Figure(sound / (loader + step)), Figure(operations / 1e9),
            Percent(operations / (loader + step) / most), Milliseconds(theirs), Ratio(theirs / step));

        void Part(string what, double seconds, double? flop = null, double? bytes = null) => _parts.Add(
            $"{bench.Name}, {type}", what, Milliseconds(seconds), Percent(seconds / (loader + step)), Figure(flop / 1e9),
            Figure(bytes / 1e6), Percent(flop / seconds / most ?? bytes / seconds / peak.Copy));

        Part("network, forward, and losses", part[0], operations / 3);
        Part("network, backward", part[1], operations * 2 / 3);
        Part("optimizer: clipping, AdamW, moving average", part[2], bytes: OptimizerBytes * parts.Weights);
        Part("loader", loader);
        Part("the rest", Math.Max(0, step - part.Sum()));
    }

    public void MeasureAdversarial(BenchModel bench, TrainingPrecision precision)
    {
        var options = new AdversarialOptions { StartStep = 0 };
        var training = StepRun.Options(bench, precision) with { Adversarial = options };
        double network = StepOperations.Network(bench.Options, training);
        double both = network + StepOperations.Discriminator(bench.Options, training);
        using var plain = new StepRun(bench, precision, turns.Clock);
        using var adversarial = new StepRun(bench, precision, turns.Clock, options);
        double[] seconds = [.. turns.Medians(plain.Step, adversarial.Step, adversarial.StepWithPenalty).Select(figures => figures.Sum())];
        double mean = (seconds[1] * (options.PenaltyEvery - 1) + seconds[2]) / options.PenaltyEvery;
        void Row(string name, double x, double? flop = null) => _adversarial.Add(
            $"{bench.Name}, {name}", StepRun.NameOf(precision), Milliseconds(x), Ratio(x / seconds[0]), Figure(flop / 1e9),
            Percent(flop / x / MostOf(precision)));

        Row("plain", seconds[0], network);
        Row("with the discriminator", seconds[1], both);
        Row($"with it and its gradient penalty, one in {options.PenaltyEvery}", seconds[2]);
        Row($"mean of {options.PenaltyEvery} with the discriminator", mean);
    }

    private double MostOf(TrainingPrecision precision) => precision == TrainingPrecision.BFloat16 ? peak.BFloat16 : peak.Single;
}
