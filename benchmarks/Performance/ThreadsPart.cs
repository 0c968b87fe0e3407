using AudioBsq.Training;
using TorchSharp;
using static AudioBsq.Benchmarks.Performance.MarkdownTable;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>What a second thread gives a training step, in wall time.</summary>
internal static class ThreadsPart
{
    public static MarkdownTable Measure(Rival? one, Rival? two, int repeats, IEnumerable<(BenchModel, TrainingPrecision)> cases)
    {
        var table = new MarkdownTable("step", "1 thread, ms", "2 threads, ms", "gain", "PyTorch: 1, ms", "2, ms", "gain");
        int threads = torch.get_num_threads();
        foreach (var (bench, precision) in cases)
        {
            Measure(table, one, two, repeats, bench, precision);
            if (bench.Batch == 1) Measure(table, null, null, repeats, bench with { Batch = 2 }, precision); // one clip for each thread
        }

        torch.set_num_threads(threads);
        return table;
    }

    private static void Measure(
        MarkdownTable table, Rival? one, Rival? two, int repeats, BenchModel bench, TrainingPrecision precision)
    {
        var wall = new Clock(processor: false);
        using var alone = With(1);
        using var both = With(2);
        var turns = new Turns(wall, one, repeats);
        StepRun With(int threads)
        {
            torch.set_num_threads(threads);
            return new StepRun(bench, precision, wall);
        }

        double[] Step(StepRun run, int threads)
        {
            torch.set_num_threads(threads);
            return [run.Step()[1]];
        }

        string part = $"step {bench.Name}";
        var rivals = two is null ? [] : turns.Theirs(part).Concat(new Turns(wall, two, repeats).Theirs(part));
        double[][] figures = turns.Medians([() => Step(alone, 1), () => Step(both, 2), .. rivals]);
        double?[] medians = [.. figures.Select(figure => (double?)figure[0]), null, null];
        string[] Gain(double? before, double? after) => [Milliseconds(before), Milliseconds(after), Ratio(before / after)];
        string name = $"{bench.Name}, {bench.Batch} × {bench.Window}, {StepRun.NameOf(precision)}";
        table.Add([name, .. Gain(medians[0], medians[1]), .. Gain(medians[2], medians[3])]);
    }
}
