using System.Globalization;

namespace AudioBsq.Benchmarks.Precision;

/// <summary>Curves as a CSV file, figures as a Markdown table, and what follows from them.</summary>
internal sealed class PrecisionReport
{
    private readonly string _csv;
    private readonly List<(PrecisionRun Full, PrecisionRun Half)> _pairs = [];

    public PrecisionReport(string csv)
    {
        _csv = csv;
        File.WriteAllText(csv, "seed,precision,step,loss,mel_error_db,gradient_norm,seconds\n");
        Console.WriteLine(
            "\n| seed | fp32: last loss | validation (dB) | s / step | bf16: last loss | validation (dB) | s / step | fp32 / bf16 time |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
    }

    public void Add((PrecisionRun Full, PrecisionRun Half) pair)
    {
        _pairs.Add(pair);
        var (full, half) = pair;
        foreach (var run in (PrecisionRun[])[full, half]) File.AppendAllLines(_csv, run.Curve.Select((step, i) => Row(run, step, i + 1)));
        string ratio = FormattableString.Invariant($"{full.Seconds / half.Seconds:F2}");
        Console.WriteLine($"| {full.Seed} | {Figures(full)} | {Figures(half)} | {ratio} |");
    }

    public void WriteSummary()
    {
        double ratio = _pairs.Average(pair => pair.Full.Seconds / pair.Half.Seconds);
        Console.WriteLine(FormattableString.Invariant($"\nA step in fp32 takes {ratio:F2} times one in bf16 ")
            + "(mean of the seeds' ratios of medians).");
        if (_pairs.Count < 3)
        {
            Console.WriteLine("No verdict: the spread of fewer than three seeds says nothing.");
            return;
        }

        double curve = LargestOfCurves(), validation = _pairs.Max(pair => Math.Abs(pair.Half.ValidationError - pair.Full.ValidationError));
        double range = _pairs.Max(pair => pair.Full.ValidationError) - _pairs.Min(pair => pair.Full.ValidationError);
        Console.WriteLine("In each tenth of the run a bf16 seed's mean loss is at most "
            + FormattableString.Invariant($"{curve:F2} standard deviations of the fp32 seeds from the fp32 run of its own seed ")
            + "(allowed: 2).");
        Console.WriteLine(FormattableString.Invariant($"Its validation error is at most {validation:F3} dB from that of the fp32 run; ")
            + FormattableString.Invariant($"the fp32 seeds are {range:F3} dB apart (allowed: as much)."));
        Console.WriteLine(curve <= 2 && validation <= range
            ? "Verdict: each bf16 seed's curve is within the spread of the fp32 seeds."
            : "Verdict: not each bf16 seed's curve is within the spread of the fp32 seeds.");
    }

    private static string Row(PrecisionRun run, PrecisionStep step, int number) => string.Create(
        CultureInfo.InvariantCulture,
        $"{run.Seed},{run.Precision},{number},{step.Loss:R},{step.Error:R},{step.GradientNorm:R},{step.Seconds:F4}");

    private static string Figures(PrecisionRun run) =>
        FormattableString.Invariant($"{run.LastLoss:F4} | {run.ValidationError:F3} | {run.Seconds:F3}");

    // Of logarithms of losses, whose spread is much the same over the run: one standard deviation then serves all parts, as three seeds are
    // too few to know each part's.
    private double LargestOfCurves()
    {
        double[][] full = [.. _pairs.Select(pair => Logarithms(pair.Full))], half = [.. _pairs.Select(pair => Logarithms(pair.Half))];
        double[] means = [.. full[0].Select((_, part) => full.Average(run => run[part]))];
        double variance = full.Sum(run => run.Zip(means, (x, mean) => (x - mean) * (x - mean)).Sum()) / ((full.Length - 1) * means.Length);
        return full.Zip(half, (a, b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max()).Max() / Math.Sqrt(variance);
    }

    private static double[] Logarithms(PrecisionRun run) => Array.ConvertAll(run.Parts, Math.Log);
}
