using System.CommandLine;
using System.Diagnostics;
using AudioBsq.Decoding;
using AudioBsq.Native;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>hour</c>: time and memory of tokenizing an hour of speech. Random weights are as fast as trained ones.</summary>
internal sealed class HourCommand : Command
{
    private readonly Argument<DirectoryInfo> _folder = Inputs.Folder();
    private readonly Argument<int> _seconds = Inputs.CountArgument("SECONDS", 3600, "Seconds of sound");

    public HourCommand() : base("hour", "Tokenize an hour of speech through the ML.NET pipeline, and say what time and memory that takes.")
    {
        Add(_folder);
        Add(_seconds);
        SetAction(Run);
    }

    private void Run(ParseResult arguments)
    {
        TorchDevice.Resolve("cpu"); // loads torch
        var ml = new MLContext(seed: 1);
        string[] clips = [.. ml.Data.LoadAudioFolder(arguments.GetRequiredValue(_folder).FullName).GetColumn<string>("Path")];
        var (hour, seconds) = Repeat(clips, arguments.GetValue(_seconds));
        Console.WriteLine(FormattableString.Invariant($"{hour.Count} clips of {clips.Length} different ones, {seconds:F0} s; ")
            + $"{Environment.ProcessorCount} processors, {torch.get_num_threads()} threads of torch");
        Console.WriteLine("model  way       seconds  CPU seconds  × real time  tokens   tokens/s  peak MB");
        var models = new[] { (Name: "Tiny", Options: AudioBsqOptions.Tiny), (Name: "Small", Options: AudioBsqOptions.Small) };
        foreach (var (name, options) in models) // pipelines first: what follows keeps spectrograms in memory
        {
            using var model = AudioBsqModel.Create(options, new MelOptions(), device: "cpu");
            Tokenize(ml, model, [.. hour.Take(16)]); // compiles what is measured next
            Measure(name, "pipeline", seconds, () => Tokenize(ml, model, hour));
        }

        var spectrogram = new MelSpectrogram(new MelOptions());
        var mels = new Dictionary<string, ReadOnlyMemory<float>>();
        Measure("", "decoding", seconds, () => hour.Sum(path => Samples(path).Length > 0 ? 0 : 1));
        Measure("", "+ mel", seconds, () => hour.Sum(path => (mels[path] = spectrogram.Extract(Samples(path))).IsEmpty ? 1 : 0));
        foreach (var (name, options) in models)
        {
            using var model = AudioBsqModel.Create(options, new MelOptions(), device: "cpu");
            Measure(name, "network", seconds, () => hour.Chunk(16).Sum(batch => Encode(model, [.. batch.Select(path => mels[path])])));
        }
    }

    /// <summary>Paths until they last as long as wanted, again from the first after the last, and how long that is.</summary>
    private static (List<string> Paths, double Seconds) Repeat(string[] clips, double wanted)
    {
        double[] lengths = Array.ConvertAll(clips, path => AudioFile.Read(path).Seconds);
        if (lengths.Sum() <= 0) throw new InvalidDataException("The folder holds no sound.");
        var paths = new List<string>();
        double seconds = 0;
        for (int i = 0; seconds < wanted; i = (i + 1) % clips.Length)
        {
            paths.Add(clips[i]);
            seconds += lengths[i];
        }

        return (paths, seconds);
    }

    private static int Tokenize(MLContext ml, AudioBsqModel model, IReadOnlyList<string> paths)
    {
        var files = ml.Data.LoadFromEnumerable(paths.Select(path => new FileRow { Path = path }));
        return Speech.Tokenize(Speech.Pipeline(ml, model, files), files);
    }

    private static float[] Samples(string path) => AudioFile.Read(path, 16_000).Samples;

    private static int Encode(AudioBsqModel model, ReadOnlyMemory<float>[] mels) => model.Encode(mels).Sum(tokens => tokens.Length);

    private static void Measure(string model, string way, double seconds, Func<int> run)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        int tokens = run();
        double time = clock.Elapsed.TotalSeconds;
        process.Refresh();
        double work = (process.TotalProcessorTime - before).TotalSeconds;
        double peak = process.PeakWorkingSet64 / 1e6;
        Console.WriteLine(FormattableString.Invariant($"{model,-6} {way,-9} {time,7:F1}  {work,11:F1}  {seconds / time,11:F1}  ")
            + FormattableString.Invariant($"{tokens,7}  {tokens / time,8:F0}  {peak,7:F0}"));
    }
}
