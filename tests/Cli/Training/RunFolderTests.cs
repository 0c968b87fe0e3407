using System.Globalization;
using System.Text.Json;
using AudioBsq.Decoding;

namespace AudioBsq.Tests.Cli.Training;

/// <summary>What a training run leaves behind to be looked at.</summary>
public sealed class RunFolderTests : IDisposable
{
    private readonly TrainingFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    [Trait("Speed", "Slow")]
    public void Samples_AreSoundAndPictures()
    {
        Train("out").Expect(0);

        string[] steps = ["step-00000004", "step-00000008"];
        Assert.Equal(["original", .. steps], Names("out", "samples"));
        Assert.Equal(
            ["1-clip4.griffin-lim.wav", "1-clip4.wav", "2-clip5.griffin-lim.wav", "2-clip5.wav"], Names("out", "samples", "original"));
        foreach (string step in steps)
        {
            Assert.Equal(["1-clip4.png", "1-clip4.wav", "2-clip5.png", "2-clip5.wav"], Names("out", "samples", step));
            byte[] picture = File.ReadAllBytes(_data.PathOf("out", "samples", step, "1-clip4.png"));
            Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], picture[..4]);
        }

        var (original, heard) =
            (AudioFile.Read(_data.PathOf("out", "samples", "original", "1-clip4.wav")),
            AudioFile.Read(_data.PathOf("out", "samples", steps[1], "1-clip4.wav")));
        Assert.Equal(16_000, heard.SampleRate);
        Assert.Equal(25 * 160, heard.Samples.Length); // 26 frames
        Assert.InRange(original.Samples.Length - heard.Samples.Length, 0, 159);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(_data.PathOf("out", "curves.png"))[..4]);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void TensorBoard_HasTheNumbersOfTheTable_AndPictures()
    {
        Train("out").Expect(0);

        var events = EventReader.Read(_data.PathOf("out", "tensorboard"));
        var rows = Metrics("out");
        Assert.Equal(1, Assert.Single(events, each => each.IsStart).Step);
        (string Column, string Tag)[] charts =
        [
            ("loss", "train/loss"), ("loss_quantizer", "train/loss_quantizer"), ("learning_rate", "train/learning_rate"),
            ("validation_mae", "validation/mae"), ("epoch", "run/epoch"),
        ];
        foreach (var (column, tag) in charts)
        {
            Assert.Equal(
                rows.Select(row => ((long)row["step"]!, (float?)row[column])),
                events.Where(each => each.Tag == tag).Select(each => (each.Step, each.Value)));
        }

        Assert.DoesNotContain(events, each => each.Tag == "train/loss_adversarial");
        byte[] shown = events.Last(each => each.Tag == "samples/1-clip4").Image!;
        Assert.Equal(File.ReadAllBytes(_data.PathOf("out", "samples", "step-00000008", "1-clip4.png")), shown);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Columns_HoldTheTermsOfTheLoss()
    {
        Train("out", "--set", "multi_resolution_weight=0.5", "--set", "print_every=1").Expect(0);

        foreach (var row in Metrics("out"))
        {
            Close.To(
                row["loss"]!.Value, row["loss_reconstruction"]!.Value + row["loss_quantizer"]!.Value + row["loss_multi_resolution"]!.Value,
                1e-5);
            Assert.Null(row["loss_adversarial"]);
            Assert.True(row["peak_memory_megabytes"] >= row["memory_megabytes"] && row["memory_megabytes"] > 1);
            Close.To(row["frames_per_second"]!.Value / 100, row["sound_seconds_per_second"]!.Value, 1e-9);
            Assert.Equal(row["step"] % 4 == 0, row["validation_dead_bits"] is not null);
        }
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Summary_HasEverything()
    {
        Train("out").Expect(0);

        var (summary, rows) = (Summary("out"), Metrics("out"));
        var (best, final) = (summary.GetProperty("best"), summary.GetProperty("final"));
        var row = rows.Single(row => row["step"] == best.GetProperty("step").GetDouble());
        string[] names =
        [
            "clips", "meanAbsoluteError", "meanSquaredError", "codesUsed", "codeUsage", "codebookUsage", "jointEntropy", "meanBitEntropy",
            "deadBits", "meanBitCorrelation", "maxBitCorrelation",
        ];
        foreach (var figures in new[] { best, final.GetProperty("validation") })
            Assert.All(names, name => Assert.Equal(JsonValueKind.Number, figures.GetProperty(name).ValueKind));

        Assert.Equal(row["validation_codebook_usage"], best.GetProperty("codebookUsage").GetDouble());
        Assert.Equal(rows[^1]["loss_quantizer"], final.GetProperty("lossTerms").GetProperty("quantizer").GetDouble());
        Assert.Equal("AllSteps", summary.GetProperty("ended").GetString());
        Assert.True(
            summary.GetProperty("soundSecondsPerSecond").GetDouble() > 0 && summary.GetProperty("peakMemoryBytes").GetInt64() > 1_000_000);
        Assert.True(summary.GetProperty("config").GetProperty("tensorBoard").GetBoolean());
        var files = summary.GetProperty("files").EnumerateArray()
            .ToDictionary(file => file.GetProperty("path").GetString()!, file => file.GetProperty("files").GetInt32());
        Assert.Equal(["config.yaml", "curves.png", "metrics.csv", "samples/", "tensorboard/", "tokenizer.zip"], files.Keys);
        Assert.Equal((12, 1), (files["samples/"], files["tensorboard/"]));
    }

    [Fact]
    public void EarlyEnd_IsExplained()
    {
        var ran =
            Train("out", "--set", "patience=1", "--set", "eval_every=1", "--set", "max_iter=500", "--set", "lr=0.5", "--set",
            "sample_clips=0", "--set", "tensorboard=false").Expect(0);

        var summary = Summary("out");
        Assert.Equal("Patience", summary.GetProperty("ended").GetString());
        Assert.InRange(summary.GetProperty("steps").GetInt32(), 2, 499);
        Assert.Contains(ran.OutputLines, line => line.StartsWith("Ended early") && line.Contains("training.patience"));
        Assert.Equal(["config.yaml", "curves.png", "metrics.csv", "summary.json", "tokenizer.zip"], Names("out"));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void ResumedRun_ReplacesWhatIsDoneAgain()
    {
        string[] kept = ["--set", "checkpoint_dir=kept", "--set", "save_every=2", "--set", "print_every=1"];
        Ran.UntilFirstReport(["train", _data.Config, "-o", _data.PathOf("out"), .. kept, "--set", "print_every=5", "--set", "eval_every=5"])
            .Expect(130);
        Directory.CreateDirectory(_data.PathOf("out", "samples", "step-00000002"));
        Assert.Equal([5.0], Metrics("out").Select(row => row["step"]!.Value));
        Assert.True(File.Exists(_data.PathOf("out", "curves.png")));

        Train("out", kept).Expect(0);

        Assert.Equal([5, 6, 7, 8], Metrics("out").Select(row => row["step"]!.Value)); // from the checkpoint of step 4 on
        Assert.Equal(["original", "step-00000002", "step-00000008"], Names("out", "samples")); // that of step 5 is gone
        var events = EventReader.Read(_data.PathOf("out", "tensorboard"));
        Assert.Equal([1, 5], events.Where(each => each.IsStart).Select(each => each.Step)); // nothing from 5 on is shown of the first file
        Assert.Equal([5, 5, 6, 7, 8], events.Where(each => each.Tag == "train/loss").Select(each => each.Step));
        Assert.Equal(4, Summary("out").GetProperty("firstStep").GetInt32());
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void OlderTable_KeepsItsColumns()
    {
        string[] kept = ["--set", "checkpoint_dir=kept", "--set", "save_every=4"];
        Ran.UntilFirstReport(["train", _data.Config, "-o", _data.PathOf("out"), .. kept]).Expect(130);
        const string Table = "step,loss,validation_loss,validation_mae,other\n4,7.5,1e-4,1e-3,9\n8,1,1,1,1\nbroken\n";
        File.WriteAllText(_data.PathOf("out", "metrics.csv"), Table);

        var ran = Train("out", kept).Expect(0);

        Assert.Equal([(4.0, 7.5), (8.0, Metrics("out")[1]["loss"])], Metrics("out").Select(row => (row["step"]!.Value, row["loss"])));
        Assert.Equal(
            (4, 0.001),
            (Summary("out").GetProperty("best").GetProperty("step").GetInt32(),
            Summary("out").GetProperty("best").GetProperty("meanAbsoluteError").GetDouble()));
        Assert.Contains(ran.OutputLines, line => line.StartsWith("Best validation") && line.Contains("at step 4"));
    }

    private Ran Train(string folder, params string[] more) => Ran.AudioBsq(["train", _data.Config, "-o", _data.PathOf(folder), .. more]);

    private JsonElement Summary(string folder) =>
        JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(_data.PathOf(folder, "summary.json")));

    private IEnumerable<string> Names(params string[] folder) =>
        new DirectoryInfo(_data.PathOf(folder)).GetFileSystemInfos().Select(entry => entry.Name).Order(StringComparer.Ordinal);

    private List<Dictionary<string, double?>> Metrics(string folder)
    {
        string[][] rows = [.. File.ReadAllLines(_data.PathOf(folder, "metrics.csv")).Select(line => line.Split(','))];
        return [.. rows.Skip(1).Select(row => rows[0].Zip(row).ToDictionary(cell => cell.First, cell => Value(cell.Second)))];

        static double? Value(string text) => text.Length == 0 ? null : double.Parse(text, CultureInfo.InvariantCulture);
    }
}
