using System.CommandLine;
using AudioBsq.Benchmarks.Performance;
using AudioBsq.MLNet;
using AudioBsq.Native;
using AudioBsq.OnnxRuntime;
using AudioBsq.Signal;
using TorchSharp;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>engines</c>: torch beside ONNX Runtime beside a plain PyTorch script.</summary>
internal sealed class EnginesCommand : Command
{
    private const int VocoderSeconds = 10; // as rival.py has it

    private readonly Option<int> _threads = new("--threads") { Description = "Threads of each", DefaultValueFactory = _ => 1 };

    private readonly Option<int> _repeat = new("--repeat")
    {
        Description = "Rounds, of which medians are given",
        DefaultValueFactory = _ => 9,
    };

    private readonly Option<string?> _python = new("--python") { Description = "The interpreter that has PyTorch" };

    public EnginesCommand() : base("engines", "Time encoder, decoder and vocoder on torch, on ONNX Runtime, and in a plain PyTorch script.")
    {
        foreach (var option in (Option[])[_threads, _repeat, _python]) Add(option);
        SetAction(Run);
    }

    private void Run(ParseResult arguments)
    {
        int threads = arguments.GetValue(_threads), repeats = arguments.GetValue(_repeat);
        TorchDevice.Resolve("cpu"); // loads torch
        torch.set_num_threads(threads);
        OnnxRuntimeSettings.Threads = threads;
        var folder = Directory.CreateTempSubdirectory("audiobsq-engines-");
        try
        {
            using var rival = Rival.Start(arguments.GetValue(_python), threads, folder.FullName);
            var turns = new Turns(new Clock(false), rival, repeats);
            Console.WriteLine(Machine.Describe(threads, turns.Clock, repeats, rival));
            var table = new MarkdownTable(
                "", "PyTorch, ms", "torch, ms", "ONNX Runtime, ms", "PyTorch / ONNX Runtime", "torch / ONNX Runtime");
            MeasureTokenizer(table, turns, BenchModels.Small, "small", Small);
            MeasureTokenizer(table, turns, BenchModels.Speech, "speech900", PretrainedAudioModels.Speech900.LoadTokenizer);
            MeasureVocoder(table, turns);
            Console.WriteLine(table);
            using var model = PretrainedAudioModels.Speech900.LoadTokenizer("cpu");
            Console.WriteLine(new StartPart(rival, threads, repeats, folder.FullName).Engines("speech900", model));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static AudioBsqModel Small(string device)
    {
        using var model = AudioBsqModel.Create(AudioBsqOptions.Small, new MelOptions(), device: "cpu");
        using var file = new MemoryStream();
        model.Save(file);
        file.Position = 0;
        return AudioBsqModel.Load(file, device);
    }

    private static void MeasureTokenizer(
        MarkdownTable table, Turns turns, BenchModel bench, string name, Func<string, AudioBsqModel> load)
    {
        using var onTorch = load("cpu");
        using var onOnnx = load("onnx");
        var options = bench.Options;
        float[] all = new MelSpectrogram(onTorch.Mel).Extract(Speech.Repeated(options.WindowFrames * onTorch.Mel.HopLength).Samples);
        ReadOnlyMemory<float> mel = all.AsMemory(0, options.WindowFrames * options.Bands);
        int[] tokens = onTorch.Encode(mel);
        foreach (int batch in (int[])[1, 4])
        {
            ReadOnlyMemory<float>[] mels = [.. Enumerable.Repeat(mel, batch)];
            ReadOnlyMemory<int>[] clips = [.. Enumerable.Repeat((ReadOnlyMemory<int>)tokens, batch)];
            string title = $"{name}, {batch} × {bench.Window}", part = $"{name}*{batch}";
            Measure(table, turns, $"encode {title}", $"encode {part}", () => onTorch.Encode(mels), () => onOnnx.Encode(mels));
            Measure(table, turns, $"decode {title}", $"decode {part}", () => onTorch.Decode(clips), () => onOnnx.Decode(clips));
        }
    }

    private static void MeasureVocoder(MarkdownTable table, Turns turns)
    {
        using var onTorch = PretrainedAudioModels.Speech900.LoadVocoder("cpu");
        using var onOnnx = PretrainedAudioModels.Speech900.LoadVocoder("onnx");
        float[] mel = new MelSpectrogram(onTorch.Mel).Extract(Speech.Repeated(VocoderSeconds * onTorch.SampleRate).Samples);
        Measure(
            table, turns, $"vocoder, {VocoderSeconds} s", "vocoder", () => onTorch.Synthesize(mel), () => onOnnx.Synthesize(mel));
    }

    private static void Measure(MarkdownTable table, Turns turns, string title, string part, Action onTorch, Action onOnnx)
    {
        double[][] medians = turns.Medians(
            [() => [turns.Clock.Seconds(onTorch)], () => [turns.Clock.Seconds(onOnnx)], .. turns.Theirs(part)]);
        double torch = medians[0][0], onnx = medians[1][0];
        double? python = medians.Length > 2 ? medians[2][0] : null;
        table.Add(
            title, MarkdownTable.Milliseconds(python), MarkdownTable.Milliseconds(torch), MarkdownTable.Milliseconds(onnx),
            MarkdownTable.Ratio(python / onnx), MarkdownTable.Ratio(torch / onnx));
    }
}
