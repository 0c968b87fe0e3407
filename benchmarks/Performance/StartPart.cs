using System.Diagnostics;
using System.Globalization;
using AudioBsq.Benchmarks.Commands;
using AudioBsq.Decoding;
using AudioBsq.Signal;
using Microsoft.ML;
using static AudioBsq.Benchmarks.Performance.MarkdownTable;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>From the start of a process to the tokens of its first recording, in wall time, and the memory that takes.</summary>
internal sealed class StartPart(Rival? rival, int threads, int repeats, string folder)
{
    private readonly string _sound = Path.Combine(folder, "ten-seconds.wav");

    public MarkdownTable Measure(IEnumerable<BenchModel> models)
    {
        AudioFile.WriteWav(_sound, Speech.TenSeconds());
        var table = new MarkdownTable("first tokens of", "s", "peak MB", "PyTorch, s", "PyTorch, peak MB", "PyTorch / ours");
        foreach (var bench in models)
        {
            using var model = AudioBsqModel.Create(bench.Options, new MelOptions(), device: "cpu");
            string weights = Path.Combine(folder, $"{bench.Name}.safetensors"), zip = Path.Combine(folder, $"{bench.Name}.zip");
            model.Save(weights);
            SavePipeline(model, zip);
            rival?.Run($"save {bench.Name}", processorTime: false);
            Add(table, $"{bench.Name}, `AudioBsqModel.Load`", Ours(weights), Theirs(bench));
            Add(table, $"{bench.Name}, `mlContext.Model.Load`", Ours(zip), null);
        }

        return table;
    }

    /// <summary>The same of one model on each engine.</summary>
    public MarkdownTable Engines(string name, AudioBsqModel model)
    {
        AudioFile.WriteWav(_sound, Speech.TenSeconds());
        string weights = Path.Combine(folder, $"{name}.safetensors");
        model.Save(weights);
        var turns = new Turns(new Clock(processor: false), rival: null, repeats);
        double[][] medians = turns.Medians([() => Run(Ours(weights)), () => Run(Ours(weights, "onnx"))]);
        var table = new MarkdownTable("first tokens of", "torch, s", "peak MB", "ONNX Runtime, s", "peak MB", "torch / ONNX Runtime");
        table.Add(
            name, Figure(medians[0][0]), Figure(medians[0][1] / 1e6), Figure(medians[1][0]), Figure(medians[1][1] / 1e6),
            Ratio(medians[0][0] / medians[1][0]));
        return table;
    }

    private static void SavePipeline(AudioBsqModel model, string zip)
    {
        var ml = new MLContext(seed: 1);
        var rows = ml.Data.LoadFromEnumerable(new FileRow[] { new() { Path = Speech.Flac } });
        ml.Model.Save(Speech.Pipeline(ml, model, rows), rows.Schema, zip);
    }

    private void Add(MarkdownTable table, string name, ProcessStartInfo ours, ProcessStartInfo? theirs)
    {
        var turns = new Turns(new Clock(processor: false), rival: null, repeats);
        ProcessStartInfo[] starts = theirs is null ? [ours] : [ours, theirs];
        double[][] medians = turns.Medians([.. starts.Select(start => (Func<double[]>)(() => Run(start)))]);
        double[]? other = theirs is null ? null : medians[1];
        table.Add(
            name, Figure(medians[0][0]), Figure(medians[0][1] / 1e6), Figure(other?[0]), Figure(other?[1] / 1e6),
            Ratio(other?[0] / medians[0][0]));
    }

    private ProcessStartInfo Ours(string model, string device = "cpu")
    {
        var start = OwnProcess.With(FirstTokensCommand.CommandName, model, _sound, "--device", device);
        start.Environment["OMP_NUM_THREADS"] = $"{threads}";
        return start;
    }

    private ProcessStartInfo? Theirs(BenchModel bench) => rival is null
        ? null
        : Rival.Command(rival.Python, threads, ["first", bench.Name, Path.Combine(folder, $"{bench.Name}.pt"), _sound]);

    // Seconds until it answers with its peak memory, and that in bytes.
    private static double[] Run(ProcessStartInfo start)
    {
        long before = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        string? answer = process.StandardOutput.ReadLine();
        double seconds = Stopwatch.GetElapsedTime(before).TotalSeconds;
        process.WaitForExit();
        return answer is null
            ? throw new InvalidOperationException($"{start.FileName} {string.Join(' ', start.ArgumentList)} ended without tokens.")
            : [seconds, double.Parse(answer, CultureInfo.InvariantCulture)];
    }
}
