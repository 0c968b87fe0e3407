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

        double[][] full = [.. _pairs.Select(pair => Logarithms(pair.Full))], half = [.. _pairs.Select(pair => Logarithms(pair.Half))];
        double curve = full.Zip(half, Largest).Max(), seeds = full.SelectMany(a => full, Largest).Max();
        double validation = _pairs.Max(pair => Math.Abs(pair.Half.ValidationError - pair.Full.ValidationError));
        double range = _pairs.Max(pair => pair.Full.ValidationError) - _pairs.Min(pair => pair.Full.ValidationError);
        Console.WriteLine("In each tenth of the run a bf16 seed's mean loss is within "
            + FormattableString.Invariant($"{Math.Exp(curve) - 1:P1} of its fp32 run's; ")
            + FormattableString.Invariant($"the fp32 seeds are within {Math.Exp(seeds) - 1:P1} (allowed: as much)."));
        Console.WriteLine(FormattableString.Invariant($"Its validation error is at most {validation:F3} dB from that of the fp32 run; ")
            + FormattableString.Invariant($"the fp32 seeds are {range:F3} dB apart (allowed: as much)."));
        Console.WriteLine(curve <= seeds && validation <= range
            ? "Verdict: bf16 changes a run no more than another seed does."
            : "Verdict: bf16 changes a run more than another seed does.");
    }

    private static string Row(PrecisionRun run, PrecisionStep step, int number) => string.Create(
        CultureInfo.InvariantCulture,
        $"{run.Seed},{run.Precision},{number},{step.Loss:R},{step.Error:R},{step.GradientNorm:R},{step.Seconds:F4}");

    private static string Figures(PrecisionRun run) =>
        FormattableString.Invariant($"{run.LastLoss:F4} | {run.ValidationError:F3} | {run.Seconds:F3}");

    private static double Largest(double[] curve, double[] other) => curve.Zip(other, (x, y) => Math.Abs(x - y)).Max();

    private static double[] Logarithms(PrecisionRun run) => Array.ConvertAll(run.Parts, Math.Log);
}
