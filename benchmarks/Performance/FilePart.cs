using AudioBsq.Decoding;
using AudioBsq.Signal;
using Microsoft.ML;
using static AudioBsq.Benchmarks.Performance.MarkdownTable;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>Saving and loading a model, and files → tokens through ML.NET beside the network alone.</summary>
internal static class FilePart
{
    private const int ClipsAtOnce = 16; // of the network alone; the pipeline chooses for itself

    public static MarkdownTable SaveAndLoad(Turns turns, BenchModel bench, string folder)
    {
        var table = new MarkdownTable("part", "ms", "MB", "GB/s", "PyTorch, ms", "PyTorch / ours");
        using var model = AudioBsqModel.Create(bench.Options, new MelOptions(), device: "cpu");
        string path = Path.Combine(folder, "bench.safetensors");
        model.Save(path);
        double bytes = new FileInfo(path).Length;
        Add("save", () => model.Save(path));
        Add("load", () => AudioBsqModel.Load(path, "cpu").Dispose());
        return table;

        void Add(string name, Action run)
        {
            var (ours, theirs) = turns.Beside(run, $"{name} {bench.Name}");
            table.Add(
                $"{name}: {bench.Name}", Milliseconds(ours), Figure(bytes / 1e6), Figure(bytes / ours / 1e9), Milliseconds(theirs),
                Ratio(theirs / ours));
        }
    }

    /// <summary>
    /// A pipeline reads the next batch while the network has one, which starts when it has read the first: so as many files that the
    /// network takes a second for them, but at least <paramref name="least"/>.
    /// </summary>
    public static MarkdownTable FilesToTokens(Turns turns, IEnumerable<BenchModel> models, int least)
    {
        var table = new MarkdownTable("model", "sound, s", "network alone, ms", "files → tokens, ms", "× real time", "files / network");
        var spectrogram = new MelSpectrogram(new MelOptions());
        float[][] sounds = [.. Speech.Files.Select(path => AudioFile.Read(path, 16_000).Samples)];
        ReadOnlyMemory<float>[] mels = Array.ConvertAll(sounds, sound => (ReadOnlyMemory<float>)spectrogram.Extract(sound));
        var ml = new MLContext(seed: 1);
        foreach (var bench in models)
        {
            using var model = AudioBsqModel.Create(bench.Options, new MelOptions(), device: "cpu");
            Encode(model, mels); // the first time is slower
            int files = Math.Max(least, (int)(mels.Length / turns.Clock.Seconds(() => Encode(model, mels))));
            int[] order = [.. Enumerable.Range(0, files).Select(i => i % mels.Length)];
            ReadOnlyMemory<float>[] all = Array.ConvertAll(order, i => mels[i]);
            var rows = ml.Data.LoadFromEnumerable(order.Select(i => new FileRow { Path = Speech.Files[i] }));
            var pipeline = Speech.Pipeline(ml, model, rows);
            double[][] medians = turns.Medians(
                () => [turns.Clock.Seconds(() => Encode(model, all))], () => [turns.Clock.Seconds(() => Speech.Tokenize(pipeline, rows))]);
            var (alone, whole) = (medians[0][0], medians[1][0]);
            double seconds = order.Sum(i => sounds[i].Length) / 16_000.0;
            table.Add(
                bench.Name, Figure(seconds), Milliseconds(alone), Milliseconds(whole), Figure(seconds / whole), Ratio(whole / alone));
        }

        return table;
    }

    private static void Encode(AudioBsqModel model, ReadOnlyMemory<float>[] mels)
    {
        foreach (var batch in mels.Chunk(ClipsAtOnce)) model.Encode(batch);
    }
}
