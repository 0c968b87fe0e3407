using System.CommandLine;
using AudioBsq.Benchmarks.Precision;
using AudioBsq.Decoding;
using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Signal;
using TorchSharp;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>precision</c>: whether curves of training in bfloat16 differ from those in single precision by more than seeds do.</summary>
internal sealed class PrecisionCommand : Command
{
    private readonly Argument<DirectoryInfo> _folder = Inputs.Folder();
    private readonly Option<FileInfo> _csv = new("--output", "-o")
    {
        Description = "Every step of every run, as CSV",
        HelpName = "FILE",
        DefaultValueFactory = _ => new FileInfo("precision.csv"),
    };

    private readonly Option<int> _steps = Inputs.Count("--steps", 150, "Steps of each run");
    private readonly Option<int> _seeds = Inputs.Count("--seeds", 3, "Pairs of runs; a verdict takes three");
    private readonly Option<int> _threads = Inputs.Threads(1);
    private readonly Option<int> _width = Inputs.Count("--width", 384, "Width of the network");
    private readonly Option<int> _layers = Inputs.Count("--layers", 2, "Blocks of the encoder, and of the decoder");
    private readonly Option<int> _batch = Inputs.Count("--batch", 8, "Crops in a step");
    private readonly Option<int> _frames = Inputs.Count("--frames", 256, "Frames of a crop");
    private readonly Option<int> _clips = Inputs.Count("--clips", 100, "Clips at most, one in eight of them to measure on");

    public PrecisionCommand() : base(
        "precision",
        "Train the same model on the same speech in single precision and in bfloat16, a step of each in turn, and compare curves and time.")
    {
        Add(_folder);
        foreach (var option in (Option[])[_csv, _steps, _seeds, _threads, _width, _layers, _batch, _frames, _clips]) Add(option);
        SetAction(Run);
    }

    private void Run(ParseResult arguments)
    {
        int steps = arguments.GetValue(_steps), seeds = arguments.GetValue(_seeds), batch = arguments.GetValue(_batch);
        string csv = arguments.GetRequiredValue(_csv).FullName;
        TorchDevice.Resolve("cpu"); // loads torch
        torch.set_num_threads(arguments.GetValue(_threads));
        var clips = Clips(arguments.GetRequiredValue(_folder), arguments.GetValue(_clips));
        float[][] train = [.. clips.Where((_, i) => i % 8 != 7)], validation = [.. clips.Where((_, i) => i % 8 == 7)];
        var model = ModelOf(arguments.GetValue(_width), arguments.GetValue(_layers), arguments.GetValue(_frames));
        Console.WriteLine($"{train.Length} clips to train on, {validation.Length} to measure on; "
            + $"width {model.Encoder.Width}, {model.Encoder.Layers} + {model.Encoder.Layers} layers, "
            + $"{steps} steps of {batch} crops of {model.WindowFrames} frames; {torch.get_num_threads()} threads of torch");

        var report = new PrecisionReport(csv);
        for (int seed = 1; seed <= seeds; seed++) report.Add(new PrecisionPair(model, steps, batch, seed).Train(train, validation));
        report.WriteSummary();
        Console.WriteLine($"Every step is in {csv}.");
    }

    /// <summary>Mel spectrograms of clips from all over the folder, so that there are many speakers.</summary>
    private static List<float[]> Clips(DirectoryInfo folder, int max)
    {
        string[] files = [.. Directory.EnumerateFiles(folder.FullName, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetExtension(path).ToLowerInvariant() is ".wav" or ".flac").Order(StringComparer.Ordinal)];
        int count = Math.Min(max, files.Length);
        if (count < 8)
            throw new InvalidDataException($"'{folder}' holds {files.Length} .wav and .flac files; at least 8 are needed.");
        var mel = new MelSpectrogram(new MelOptions());
        string[] chosen = [.. Enumerable.Range(0, count).Select(i => files[(long)i * files.Length / count])];
        return [.. chosen.Select(file => mel.Extract(AudioFile.Read(file, mel.Options.SampleRate).Samples))];
    }

    private static AudioBsqOptions ModelOf(int width, int layers, int frames) => AudioBsqOptions.Tiny with
    {
        WindowFrames = frames,
        Encoder = new NetworkOptions { Width = width, Layers = layers, Heads = Math.Max(1, width / 64), HeadWidth = 4 * width },
    };
}
