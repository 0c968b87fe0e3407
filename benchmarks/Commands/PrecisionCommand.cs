using AudioBsq.Decoding;
using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Signal;
using TorchSharp;

namespace AudioBsq.Benchmarks;

/// <summary>
/// Trains the same model on the same crops of speech in single precision and in bfloat16, step by step in turn, from several seeds, and
/// says whether the curves differ by more than seeds do, and what a step costs.
/// </summary>
internal static class PrecisionBenchmark
{
    private const string Csv = "precision.csv";

    public static int Run(string[] args)
    {
        const string Usage = "precision FOLDER";
        var settings = Settings.Read(args, Usage, ("steps", 150), ("seeds", 3), ("threads", 1), ("width", 384), ("layers", 2), ("batch", 8), ("frames", 256), ("clips", 100));
        if (settings is not { Rest: [var folder] })
        {
            if (settings is not null) Console.Error.WriteLine($"usage: {Usage}, one folder of .wav and .flac files");
            return 2;
        }

        TorchDevice.Resolve("cpu"); // loads torch
        torch.set_num_threads(settings["threads"]);
        var clips = Clips(folder, settings["clips"]);
        var (train, validation) = (clips.Where((_, i) => i % 8 != 7).ToArray(), clips.Where((_, i) => i % 8 == 7).ToArray());
        var model = ModelOf(settings["width"], settings["layers"], settings["frames"]);
        Console.WriteLine(
            $"{train.Length} clips to train on, {validation.Length} to measure on; width {model.Encoder.Width}, {model.Encoder.Layers} + {model.Encoder.Layers} layers, "
            + $"{settings["steps"]} steps of {settings["batch"]} crops of {model.WindowFrames} frames; {settings["threads"]} threads of torch");

        var report = new PrecisionReport(Csv);
        for (int seed = 1; seed <= settings["seeds"]; seed++)
        {
            var pair = new PrecisionPair(model, settings["steps"], settings["batch"], seed);
            report.Add(pair.Train(train, validation));
        }

        report.WriteSummary();
        Console.WriteLine($"Every step is in {Path.GetFullPath(Csv)}.");
        return 0;
    }

    private static AudioBsqOptions ModelOf(int width, int layers, int frames) => AudioBsqOptions.Tiny with
    {
        WindowFrames = frames,
        Encoder = new NetworkOptions { Width = width, Layers = layers, Heads = Math.Max(1, width / 64), HeadWidth = 4 * width },
    };

    // Clips from all over the folder, so that there are many speakers.
    private static List<float[]> Clips(string folder, int most)
    {
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetExtension(path).ToLowerInvariant() is ".wav" or ".flac").Order(StringComparer.Ordinal)];
        int count = Math.Min(most, files.Length);
        if (count < 8) throw new InvalidDataException($"'{folder}' holds {files.Length} .wav and .flac files; 8 or more are needed, one in 8 to measure on.");
        var mel = new MelSpectrogram(new MelOptions());
        return [.. Enumerable.Range(0, count).Select(i => mel.Extract(AudioFile.Read(files[(long)i * files.Length / count], mel.Options.SampleRate).Samples))];
    }
}
