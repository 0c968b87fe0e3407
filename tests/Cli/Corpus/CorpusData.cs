using System.Globalization;
using AudioBsq.Cli.Corpus;
using AudioBsq.Cli.Tokenizing;
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

    /// <summary>The contents of a folder's files whose names match, by name.</summary>
    public static byte[][] Results(string folder, string pattern) =>
        [.. Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    /// <summary>The lines of all shards.</summary>
    public static List<ClipTokens> Lines(string folder) =>
    [
        .. Directory.GetFiles(folder, "?????-of-?????.jsonl").Order(StringComparer.Ordinal).SelectMany(File.ReadAllLines)
            .Select(line => TokenFile.Read(new StringReader(line)).Single().Clip!),
    ];

    public static ShardRecord Record(string folder, int shard, int count) =>
        ShardRecord.Find(ShardRecord.PathOf(folder, new CorpusShard(shard, count)))!;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Line(int i)
    {
        if (i == 5) return """{"id":"lost","path":"lost.wav","duration":0.4}""";
        string speaker = i % 3 == 0 ? "speaker.a/" : "", file = i % 2 == 0 ? "one" : "two";
        var (offset, duration) = (i % 20 * 0.03, 0.05 + 0.013 * (i % 23));
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"id":"{{speaker}}clip {{i:000}}","path":"{{file}}.wav","offset":{{offset}},"duration":{{duration}}}""");
    }
}
