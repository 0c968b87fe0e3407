using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using AudioBsq.Cli.Configuration;
using AudioBsq.Cli.Training;
using AudioBsq.MLNet;
using AudioBsq.Native;
using AudioBsq.Tests.Cli.Training;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Cli.Commands;

public sealed class TrainCommandTests : IDisposable
{
    private readonly TrainingFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    [Trait("Speed", "Slow")]
    public void Model_TokenizesAndIsMeasured()
    {
        Train("out").Expect(0);

        string zip = _data.PathOf("out", "tokenizer.zip");
        var clips = Ran.AudioBsq("tokenize", zip, _data.PathOf("val")).Expect(0).Clips();
        Assert.Equal([(26, 14), (31, 16)], clips.Select(clip => (clip.Frames, clip.Tokens.Length)));
        using var evaluated = JsonDocument.Parse(Ran.AudioBsq("evaluate", zip, _data.PathOf("val"), "--json").Expect(0).Output);
        double best = Summary("out").GetProperty("best").GetProperty("meanAbsoluteError").GetDouble();
        Assert.Equal(best, evaluated.RootElement.GetProperty("total").GetProperty("meanAbsoluteError").GetDouble(), 4);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void MetricsAndSummary_Agree()
    {
        var ran = Train("out").Expect(0);

        var (metrics, summary) = (Metrics("out"), Summary("out"));
        var final = summary.GetProperty("final");
        Assert.Equal([4, 8], metrics.Select(row => row["step"]!.Value));
        Assert.Equal(8, summary.GetProperty("steps").GetInt32());
        Assert.Equal(metrics[^1]["loss"], final.GetProperty("loss").GetDouble());
        Assert.Equal(metrics[^1]["mel_error"], final.GetProperty("melError").GetDouble());
        Assert.Equal(metrics[^1]["learning_rate"], final.GetProperty("learningRate").GetDouble());
        Assert.Equal(metrics[^1]["validation_mse"], final.GetProperty("validation").GetProperty("meanSquaredError").GetDouble());
        Assert.Equal(metrics[^1]["validation_entropy"], final.GetProperty("validation").GetProperty("jointEntropy").GetDouble());
        Assert.Equal(metrics.Min(row => row["validation_mae"]), summary.GetProperty("best").GetProperty("meanAbsoluteError").GetDouble());
        Assert.All(
            metrics, row => Assert.True(row["frames_per_second"] > 0 && row["gradient_norm"] > 0 && row["discriminator_loss"] is null));
        Assert.Equal(32, summary.GetProperty("config").GetProperty("model").GetProperty("windowFrames").GetInt32());
        Assert.Equal(["audiobsq: 8 ", "step 4 of 8:", "step 8 of 8:"], ran.MessageLines.Select(line => line[..12]));
        Assert.Matches("^audiobsq: 8 steps to train, about a minute by the speed of this machine.$", ran.MessageLines[0]);
        Assert.Contains("width: 32", File.ReadAllText(_data.PathOf("out", "config.yaml")));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Set_CountsInsteadOfTheFile()
    {
        Train("out", "--set", "max_iter=3", "--set", "model.embed_dim=5", "--set", "embed_group_size=5", "--use-ema", "--no-cache")
            .Expect(0);

        var summary = Summary("out");
        Assert.Equal(3, summary.GetProperty("steps").GetInt32());
        Assert.Equal(0.999, summary.GetProperty("config").GetProperty("training").GetProperty("ema").GetProperty("decay").GetDouble());
        Assert.All(
            Ran.AudioBsq("tokenize", _data.PathOf("out", "tokenizer.zip"), _data.PathOf("val")).Expect(0).Clips(),
            clip => Assert.Equal(5, clip.BitsPerToken));
        Assert.Contains("# --set max_iter=3\n", File.ReadAllText(_data.PathOf("out", "config.yaml")));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void FlatFolder_TrainsByTheNameOfAConfiguration_AndHoldsClipsOut()
    {
        string flat = Directory.CreateDirectory(_data.PathOf("flat")).FullName;
        foreach (string clip in Directory.GetFiles(_data.PathOf("train"))) File.Copy(clip, Path.Combine(flat, Path.GetFileName(clip)));
        File.WriteAllText(Path.Combine(flat, "damaged.wav"), "no sound");
        string[] small =
        [
            $"root={flat}", "width=32", "layers=1", "heads=2", "dim_ffn_output=64", "input_length=32", "batch_size=2", "max_iter=3",
            "warm_up_steps=1", "print_every=1", "training.device=cpu",
        ];

        var ran = Ran.AudioBsq(["train", "tiny", "-o", _data.PathOf("out"), .. small.SelectMany(set => new[] { "--set", set })]).Expect(1);

        Assert.Contains("1 of 5 clips are held out to measure on", ran.Messages);
        Assert.Contains(ran.MessageLines, line => line.StartsWith("audiobsq: left out: ") && line.Contains("damaged.wav"));
        Assert.True(Summary("out").GetProperty("best").GetProperty("meanAbsoluteError").GetDouble() > 0);
        Assert.StartsWith("# Copy of audiobsq:tiny-folder.yaml", File.ReadAllText(_data.PathOf("out", "config.yaml")));
    }

    [Theory, InlineData("loss.scale_weight=0.5"), InlineData("input_scales=2")]
    [Trait("Speed", "Slow")]
    public void SeveralWindows_GiveAModelThatTakesLiveSound(string option)
    {
        Train("out", "--set", "extra_windows=[128]", "--set", option).Expect(0);

        string zip = _data.PathOf("out", "tokenizer.zip");
        byte[] samples = new byte[2 * 16_000];
        new Random(1).NextBytes(samples);
        var live = Ran.WithInput(new MemoryStream(samples), "tokenize", zip, "-", "--pcm", "s16le").Expect(0);
        var clips = Ran.AudioBsq("tokenize", zip, _data.PathOf("val")).Expect(0).Clips();
        var evaluated = Ran.AudioBsq("evaluate", zip, _data.PathOf("val"), "--audio").Expect(0);

        Assert.StartsWith("{\"step\":0,", live.Output);
        Assert.Equal([(26, 14), (31, 16)], clips.Select(clip => (clip.Frames, clip.Tokens.Length)));
        Assert.Contains("STOI", evaluated.Output);
    }

    [Fact]
    public void List_NamesTheConfigurations()
    {
        var ran = Ran.AudioBsq("train", "--list").Expect(0);

        Assert.Contains("tiny-folder", ran.OutputLines);
        Assert.Contains("half-hour", Ran.AudioBsq("train", "nothing").Expect(3).Messages);
    }

    [Fact]
    public void Override_ThatTurnsAPartOff_IsAWarning()
    {
        string config = _data.Write("gan.yaml", "loss: {disc_weight: 0.1, disc_start: 5}\ndata: {root: nowhere}");

        var ran = Ran.AudioBsq("train", config, "-o", _data.PathOf("out"), "--set", "loss.disc_weight=0").Expect(3);

        Assert.Contains("loss.disc_start counts no more", ran.MessageLines[0]);
        Assert.Contains("nowhere", ran.MessageLines[1]);
    }

    [Fact]
    public void BrokenConfig_IsToldLineByLine()
    {
        string broken = _data.Write("broken.yaml", "data:\n  root: x\nmodel:\n  embed_dimm: 9\n  beta: high\n");

        var ran = Ran.AudioBsq("train", broken, "-o", _data.PathOf("out"), "--set", "nonsense").Expect(2);

        Assert.Contains(ran.MessageLines, line => line.Contains("broken.yaml:4: ") && line.Contains("'embed_dimm'"));
        Assert.Contains(ran.MessageLines, line => line.Contains("broken.yaml:5: ") && line.Contains("model.beta"));
        Assert.Contains(ran.MessageLines, line => line.Contains("override 'nonsense'"));
        Assert.False(Directory.Exists(_data.PathOf("out")));
    }

    [Fact, Trait("Speed", "Slow")]
    public void UnreadableClips_AreNamedOnce_AndLeftOut()
    {
        _data.Write("train/bad.wav", "no sound at all");

        string[] onDisk = ["--set", "mel_cache=disk"];
        foreach (string[] more in new string[][] { [], ["--no-cache"], onDisk, onDisk }) // the last one finds the files of the one before
        {
            var ran = Train("out", more).Expect(1);

            Assert.Single(ran.MessageLines, line => line.Contains("left out") && line.Contains("bad.wav"));
            Assert.Equal(1, Summary("out").GetProperty("unreadClips").GetInt32());
        }
    }

    [Fact, Trait("Speed", "Slow")]
    public void Weights_DoNotDependOnTheCache_OrOnReadingAhead()
    {
        string[] onDisk = ["--set", "mel_cache=disk", "--set", "mel_cache_dir=../mels"];
        Train("memory").Expect(0);
        Train("none", "--no-cache", "--set", "prefetch=0").Expect(0);
        Train("disk", onDisk).Expect(0);
        DateTime[] written = [.. Directory.GetFiles(_data.PathOf("mels")).Order(StringComparer.Ordinal).Select(File.GetLastWriteTimeUtc)];
        Train("again", onDisk).Expect(0);

        Assert.Equal(
            ["train.mel", "validation.mel"],
            Directory.GetFiles(_data.PathOf("mels")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(written, Directory.GetFiles(_data.PathOf("mels")).Order(StringComparer.Ordinal).Select(File.GetLastWriteTimeUtc));
        foreach (string other in (string[])["none", "disk", "again"]) Assert.Equal(Weights("memory"), Weights(other));
        Assert.Equal(
            Ran.AudioBsq("tokenize", _data.PathOf("memory", "tokenizer.zip"), _data.PathOf("val")).Expect(0).Output,
            Ran.AudioBsq("tokenize", _data.PathOf("again", "tokenizer.zip"), _data.PathOf("val")).Expect(0).Output);
    }

    [Fact]
    public void Speeds_TrainOnEveryClipAtEach_AndMeasureAsItIs()
    {
        Train("out", "--set", "mel_cache=disk", "--set", "speeds=[0.8, 1, 1.25]").Expect(0);

        var trained = MelCacheFile.Open(_data.PathOf("out", "train.mel"));
        Assert.Equal((12, 2), (trained.Rows, MelCacheFile.Open(_data.PathOf("out", "validation.mel")).Rows));
        for (int clip = 0; clip < trained.Rows; clip += 3)
        {
            Assert.Equal(trained.ValuesOf(clip + 1) / 0.8f, trained.ValuesOf(clip), tolerance: 16);
            Assert.Equal(trained.ValuesOf(clip + 1) / 1.25f, trained.ValuesOf(clip + 2), tolerance: 16);
        }
    }

    [Fact, Trait("Speed", "Slow")]
    public void Speeds_AreInTheSameOrder_WithEachCache()
    {
        string[] speeds = ["--set", "speeds=[0.8, 1, 1.25]"];
        Train("memory", speeds).Expect(0);
        Train("none", ["--no-cache", .. speeds]).Expect(0);
        Train("disk", ["--set", "mel_cache=disk", .. speeds]).Expect(0);

        foreach (string other in (string[])["none", "disk"]) Assert.Equal(Weights("memory"), Weights(other));
    }

    [Fact]
    public void CacheThatCannotBeWritten_IsToldWithWhatToDo()
    {
        var ran = Train("out", "--set", "mel_cache=disk", "--set", "mel_cache_dir=../run.yaml").Expect(3);

        Assert.Contains("could not be written", ran.Messages);
        Assert.Contains("do without a cache on disk", ran.Messages);
    }

    [Fact, Trait("Speed", "Slow")]
    public void InterruptedRun_GoesOnToTheSameWeights()
    {
        string[] kept = ["--set", "checkpoint_dir=kept", "--set", "save_every=2"];
        Train("whole", kept).Expect(0);

        var stopped = Ran.UntilFirstReport(["train", _data.Config, "-o", _data.PathOf("parts"), .. kept]).Expect(130);
        Assert.Contains("--resume auto goes on from", stopped.MessageLines[^1]);
        Assert.Contains(_data.PathOf("parts", "kept", "checkpoint-00000004.safetensors"), stopped.MessageLines[^1]);
        Assert.False(File.Exists(_data.PathOf("parts", "tokenizer.zip")));
        Assert.Contains("later than where this run begins", Train("parts", [.. kept, "--resume", "none"]).Expect(3).Messages);
        var resumed = Train("parts", [.. kept, "--set", "mel_cache=disk"]).Expect(0); // where the data comes from may change

        Assert.Contains(resumed.MessageLines, line => line.Contains("goes on after step 4"));
        Assert.Equal(Weights("whole"), Weights("parts"));
        Assert.Equal(
            Metrics("whole").Select(row => (row["step"], row["loss"], row["validation_mae"])),
            Metrics("parts").Select(row => (row["step"], row["loss"], row["validation_mae"])));
        Assert.Contains("no step left", Train("parts", kept).Expect(0).Messages);
        Assert.Equal(Weights("whole"), Weights("parts"));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void InterruptedRun_WithoutCheckpoints_SaysThatNothingIsKept()
    {
        var ran = Ran.UntilFirstReport("train", _data.Config, "-o", _data.PathOf("out")).Expect(130);

        Assert.Contains("training.checkpoint_dir", ran.MessageLines[^1]);
        Assert.False(File.Exists(_data.PathOf("out", "tokenizer.zip")));
    }

    [Fact]
    public void Resume_FromAFile_NeedsItAndCheckpoints()
    {
        Assert.Contains("there is no file 'nowhere'", Train("out", "--resume", "nowhere").Expect(2).Messages);
        Assert.Contains("checkpoint_dir", Train("out", "--resume", _data.Config).Expect(2).Messages);
        Assert.Contains(_data.Config, Train("out", "--resume", _data.Config, "--set", "checkpoint_dir=kept").Expect(3).Messages);
    }

    [Fact]
    public void MissingFiles_AreNamed()
    {
        Assert.Contains("nowhere.yaml", Ran.AudioBsq("train", "nowhere.yaml", "-o", _data.PathOf("out")).Expect(3).Messages);
        Assert.Contains("nowhere", Train("out", "--set", "root=nowhere").Expect(3).Messages);
        Assert.Contains("run.yaml", Train("run.yaml").Expect(3).Messages);
    }

    [Fact]
    public void Memory_ThatTorchDoesNotFind_IsRecognised()
    {
        var failure = Record.Exception(() => empty(1L << 60, dtype: uint8));

        Assert.True(TorchMemory.IsExhausted(new InvalidOperationException("Outer", failure)), failure?.ToString());
        Assert.False(TorchMemory.IsExhausted(Record.Exception(() => empty(2) + empty(3))));
        string advice = MemoryHint.Advice(TrainingConfig.Load(_data.Config));
        Assert.Contains("batches of 2 crops of 32 frames at width 32", advice);
        Assert.Contains("grad_checkpointing", advice);
    }

    private Ran Train(string folder, params string[] more) => Ran.AudioBsq(["train", _data.Config, "-o", _data.PathOf(folder), .. more]);

    private JsonElement Summary(string folder) =>
        JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(_data.PathOf(folder, "summary.json")));

    private List<Dictionary<string, double?>> Metrics(string folder)
    {
        string[][] rows = [.. File.ReadAllLines(_data.PathOf(folder, "metrics.csv")).Select(line => line.Split(','))];
        return [.. rows.Skip(1).Select(row => rows[0].Zip(row).ToDictionary(cell => cell.First, cell => Value(cell.Second)))];

        static double? Value(string text) => text.Length == 0 ? null : double.Parse(text, CultureInfo.InvariantCulture);
    }

    private byte[] Weights(string folder)
    {
        using var zip = ZipFile.OpenRead(_data.PathOf(folder, "tokenizer.zip"));
        using var stream = zip.Entries.Single(entry => entry.Name == "Model.safetensors").Open();
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
