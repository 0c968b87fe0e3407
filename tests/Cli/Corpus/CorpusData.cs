using System.Globalization;
using AudioBsq.Decoding;
using AudioBsq.Signal;

namespace AudioBsq.Tests.Cli.Corpus;

/// <summary>A small corpus: two sound files, and a manifest of clips that are parts of them.</summary>
internal sealed class CorpusData : IDisposable
{
    private int _outputs;

    /// <param name="clips">Clips; number 5 is of a file that is missing.</param>
    public CorpusData(int clips = 20)
    {
        foreach (string name in new[] { "one.wav", "two.wav" })
        {
            var random = new Random(name.Length + name[0]);
            float[] samples = [.. Enumerable.Range(0, 16_000).Select(n =>
                (float)(0.4 * Math.Sin(n * (0.02 + n / 400_000.0)) + 0.05 * random.NextDouble()))];
            AudioFile.WriteWav(Path.Combine(Folder, name), new Waveform(samples, 16_000));
        }

        File.WriteAllLines(Manifest, Enumerable.Range(0, clips).Select(Line));
    }

    public string Folder { get; } = TestData.NewFolder();

    public string Manifest => Path.Combine(Folder, "corpus.jsonl");

    /// <summary>A folder that is not there yet.</summary>
    public string NewOutput() => Path.Combine(Folder, $"tokens{++_outputs}");

    /// <summary>Runs all workers, one after another, and returns the folder.</summary>
    public string Tokenize(string model, int shards, string format, int code = 0)
    {
        string folder = NewOutput();
        Ran[] all = [.. Enumerable.Range(0, shards).Select(i => Work(model, $"{i}/{shards}", folder, format))];
        all.MaxBy(ran => ran.Code)!.Expect(code);
        return folder;
    }

    public Ran Work(string model, string shard, string folder, string format = "jsonl") =>
        Ran.AudioBsq("tokenize", model, "--manifest", Manifest, "--shard", shard, "-o", folder, "--format", format);

    /// <summary>The files of all shards of a folder, by name, but for what says when and by how many workers they were made.</summary>
    public static byte[][] Results(string folder, string pattern) =>
        [.. Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Line(int i) => i == 5
        ? """{"id":"lost","path":"lost.wav","duration":0.4}"""
        : string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"id":"{{(i % 3 == 0 ? "speaker.a/" : "")}}clip {{i:000}}","path":"{{(i % 2 == 0 ? "one" : "two")}}.wav","offset":{{i % 20 * 0.03}},"duration":{{0.05 + 0.013 * (i % 23)}}}""");
}
