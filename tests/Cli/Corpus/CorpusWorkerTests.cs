using AudioBsq.Cli.Console;
using AudioBsq.Cli.Corpus;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Decoding;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using Microsoft.ML;

namespace AudioBsq.Tests.Cli.Corpus;

/// <summary>What a worker does, and what it withstands.</summary>
public sealed class CorpusWorkerTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>, IDisposable
{
    private readonly CorpusData _corpus = new();

    public void Dispose() => _corpus.Dispose();

    [Fact]
    public void Part_HasTheTokensOfItsSamples()
    {
        string clip = Path.Combine(_corpus.Folder, "part.wav");
        var whole = AudioFile.Read(Path.Combine(_corpus.Folder, "one.wav"));
        AudioFile.WriteWav(clip, new Waveform(whole.Samples[4001..8002], 16_000), WavSampleFormat.IeeeFloat);
        File.WriteAllText(_corpus.Manifest, """{"id":"p","path":"one.wav","offset":0.2500625,"duration":0.2500625}""");

        string folder = _corpus.Tokenize(model.Zip, 1, "jsonl");

        Assert.Equal(Ran.AudioBsq("tokenize", model.Zip, clip).Clips()[0].Tokens, CorpusData.Lines(folder)[0].Tokens);
    }

    [Fact, Trait("Speed", "Slow")]
    public void LongPart_HasTheTokensOfItsSamples()
    {
        float[] samples = [.. Enumerable.Range(0, 400 * 8_000).Select(n => 0.3f * MathF.Sin(n * (0.05f + n % 8_000 / 1e5f)))];
        string file = Path.Combine(_corpus.Folder, "long.wav"), part = Path.Combine(_corpus.Folder, "part.wav");
        AudioFile.WriteWav(file, new Waveform(samples, 8_000));
        AudioFile.WriteWav(part, new Waveform(samples[80_000..(80_000 + 8_000 * 200)], 8_000));
        File.WriteAllText(_corpus.Manifest, """{"id":"p","path":"long.wav","offset":10,"duration":200}""");

        string folder = _corpus.Tokenize(model.Zip, 1, "jsonl");

        Assert.Equal(Ran.AudioBsq("tokenize", model.Zip, part).Clips()[0].Tokens, CorpusData.Lines(folder)[0].Tokens);
    }

    [Fact]
    public void OtherPipelines_AreFollowed_AndToldApart()
    {
        var ml = new MLContext(seed: 1) { GpuDeviceId = -1 };
        string zip = model.Save(ml, "copied.zip", ml.Transforms.LoadAudio("Path")
            .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Path", SavedTokenizer.Mel)).Append(ml.Transforms.CopyColumns("Copy", "Mel"))
            .Append(ml.Transforms.TokenizeAudio("Tokens", "Copy", SavedTokenizer.Training(Small.Options))));
        File.WriteAllText(_corpus.Manifest, """{"path":"one.wav"}""");

        string folder = _corpus.Tokenize(zip, 1, "jsonl");

        Assert.Equal(SavedTokenizer.TokensOf(zip, [Path.Combine(_corpus.Folder, "one.wav")])[0], CorpusData.Lines(folder)[0].Tokens);
        Assert.Matches("^[0-9a-f]{32}$", CorpusPlan.Find(folder)!.Origin.Pipeline);
    }

    [Fact]
    public void BadFiles_AreListed_AndDoNotLoseTheOthers()
    {
        string text = Path.Combine(_corpus.Folder, "text.wav");
        File.WriteAllText(text, "no sound");
        File.WriteAllText(
            _corpus.Manifest,
            """{"path":"text.wav"}""" + "\n" + """{"path":"one.wav"}""" + "\n" + """{"path":"missing.wav"}""" + "\n"
            + """{"path":"two.wav","id":"after the end","offset":9,"duration":1}""" + "\n" + """{"path":"/dev/zero"}""");

        string folder = _corpus.NewOutput();
        var ran = _corpus.Work(model.Zip, "0/1", folder).Expect(1);

        var failures = FailureFile.Read(Path.Combine(folder, "00000-of-00001.failures.jsonl")).ToList();
        Assert.Equal(["text", "missing", "after the end", "/dev/zero"], failures.Select(failure => failure.Id));
        Assert.Equal("There is no sound file 'missing.wav'.", failures[1].Reason);
        Assert.All(failures, failure => Assert.DoesNotContain(_corpus.Folder, failure.Reason));
        Assert.Equal(["one"], CorpusData.Lines(folder).Select(clip => clip.Id));
        Assert.Equal("audiobsq: 4 of 5 failed.", ran.MessageLines[^1]);
        Ran.AudioBsq("verify", folder, "--manifest", _corpus.Manifest).Expect(1);
    }

    [Fact]
    public void DoneShard_IsLeftAlone_AndMadeAgainWhereAFileIsNotWhole()
    {
        string folder = _corpus.Tokenize(model.Zip, 2, "jsonl", code: 1), file = Path.Combine(folder, "00000-of-00002.jsonl");
        byte[] before = File.ReadAllBytes(file);
        var time = File.GetLastWriteTimeUtc(file);

        var again = _corpus.Work(model.Zip, "0/2", folder).Expect(0);
        Assert.Contains("is done already", again.MessageLines.Single());
        Assert.Equal(time, File.GetLastWriteTimeUtc(file));

        File.WriteAllBytes(file, before[..^3]);
        Assert.Contains("made again", _corpus.Work(model.Zip, "0/2", folder).Expect(1).Messages);
        Assert.Equal(before, File.ReadAllBytes(file));

        File.WriteAllText(Path.Combine(folder, "00000-of-00002.done.json"), "{\"shard\":");
        _corpus.Work(model.Zip, "0/2", folder).Expect(1);
        Ran.AudioBsq("verify", folder, "--manifest", _corpus.Manifest).Expect(1);
    }

    [Fact]
    public void FolderOfAnotherCorpus_IsNotTouched()
    {
        string folder = _corpus.Tokenize(model.Zip, 2, "jsonl", code: 1);
        var before = Snapshot(folder);

        AssertRefused("another model", _corpus.Work(model.OtherBits, "0/2", folder));
        AssertRefused("2 shards, not 3", _corpus.Work(model.Zip, "0/3", folder));
        AssertRefused("another format", _corpus.Work(model.Zip, "0/2", folder, "parquet"));
        File.AppendAllText(_corpus.Manifest, """{"path":"one.wav"}""");
        AssertRefused("another manifest", _corpus.Work(model.Zip, "0/2", folder));
        File.Delete(Path.Combine(folder, CorpusPlan.FileName));
        AssertRefused("another manifest", _corpus.Work(model.Zip, "0/2", folder));
        File.WriteAllText(Path.Combine(folder, CorpusPlan.FileName), "{");
        AssertRefused("is damaged", _corpus.Work(model.Zip, "0/2", folder));

        Assert.Equal(before, Snapshot(folder));

        static void AssertRefused(string expected, Ran ran) => Assert.Contains(expected, ran.Expect(3).MessageLines.Single());
    }

    [Fact]
    public void VanishedFile_DoesNotMoveTheCut()
    {
        File.WriteAllLines(_corpus.Manifest, Enumerable.Range(0, 8).Select(i => $$"""{"path":"{{i}}.wav"}"""));
        for (int i = 0; i < 8; i++) File.Copy(Path.Combine(_corpus.Folder, "one.wav"), Path.Combine(_corpus.Folder, $"{i}.wav"));
        string folder = _corpus.NewOutput();
        _corpus.Work(model.Zip, "0/2", folder).Expect(0);

        foreach (int gone in new[] { 0, 1, 7 }) File.Delete(Path.Combine(_corpus.Folder, $"{gone}.wav"));
        _corpus.Work(model.Zip, "1/2", folder).Expect(1);

        Ran.AudioBsq("verify", folder, "--manifest", _corpus.Manifest).Expect(1);
        Assert.Equal([4, 3], new[] { 0, 1 }.Select(i => CorpusData.Record(folder, i, 2).Clips));
    }

    [Fact, Trait("Speed", "Slow")]
    public void MoreShardsThanClips_AreEmptyAndDone()
    {
        File.WriteAllText(_corpus.Manifest, """{"path":"one.wav"}""");
        foreach (string format in new[] { "jsonl", "parquet", "shar", "webdataset" })
        {
            string folder = _corpus.Tokenize(model.Zip, 3, format);

            Ran.AudioBsq("verify", folder, "--manifest", _corpus.Manifest).Expect(0);
            Assert.Equal([0, 0, 1], Enumerable.Range(0, 3).Select(i => CorpusData.Record(folder, i, 3).Clips).Order());
        }
    }

    [Theory]
    [InlineData("--shard", "8/8"), InlineData("--shard", "x"), InlineData("--batch-size", "4"), InlineData("--format", "absq")]
    [InlineData("--output", "-")]
    public void Options_ThatMakeNoSense_AreRefused(string option, string value)
    {
        string output = option == "--output" ? value : _corpus.NewOutput();

        string[] added = option == "--output" ? [] : [option, value];
        var ran = Ran.AudioBsq(["tokenize", model.Zip, "--manifest", _corpus.Manifest, "-o", output, .. added]).Expect(2);

        Assert.Contains(option, ran.MessageLines.Single());
        Assert.False(Directory.Exists(output));
    }

    [Fact]
    public void BadManifest_IsRefusedBeforeAnythingIsWritten()
    {
        string folder = _corpus.NewOutput();
        File.AppendAllText(_corpus.Manifest, "{\"path\":\n");

        Assert.Contains("line 21", _corpus.Work(model.Zip, "0/1", folder).Expect(3).MessageLines.Single());
        Assert.False(Directory.Exists(folder));

        string missing = Path.Combine(_corpus.Folder, "missing.jsonl");
        Assert.Contains(missing, Ran.AudioBsq("tokenize", model.Zip, "--manifest", missing, "-o", folder).Expect(3).MessageLines.Single());
    }

    [Fact]
    public void SecondWorkerOfAShard_IsTold()
    {
        string folder = _corpus.NewOutput();
        Directory.CreateDirectory(folder);
        using var other = new AtomicFile(ShardRecord.PathOf(folder, new CorpusShard(1, 2)));

        Assert.Contains("written by another process", _corpus.Work(model.Zip, "1/2", folder).Expect(3).MessageLines.Single());

        _corpus.Work(model.Zip, "0/2", folder).Expect(1);
    }

    [Theory, InlineData("jsonl"), InlineData("parquet"), InlineData("shar"), InlineData("webdataset")]
    public void Stop_LeavesNothingHalfWritten(string format)
    {
        string folder = _corpus.NewOutput();

        var ran = Ran.UntilFirstLine(
            ofOutput: false, "tokenize", model.Zip, "--manifest", _corpus.Manifest, "-o", folder, "--format", format).Expect(130);

        Assert.Equal("audiobsq: stopped.", ran.MessageLines[^1]);
        Assert.Equal([CorpusPlan.FileName], Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(Path.GetFileName));
        _corpus.Work(model.Zip, "0/1", folder, format).Expect(1);
        Ran.AudioBsq("verify", folder, "--manifest", _corpus.Manifest).Expect(1);
    }

    [Theory]
    [InlineData("jsonl", ".jsonl"), InlineData("parquet", ".parquet"), InlineData("shar", ".tar"), InlineData("shar", ".gz")]
    [InlineData("webdataset", ".tar"), InlineData("jsonl", ".failures.jsonl")]
    public void FullDisk_LeavesNothingHalfWritten(string format, string full)
    {
        string folder = _corpus.NewOutput();
        var shard = new CorpusShard(0, 1);
        var ml = new MLContext { GpuDeviceId = -1 };
        using var pipeline = new TokenPipeline(ml, SavedModel.Load(ml, model.Zip), batchSize: 1);
        var manifest = new CorpusManifest(_corpus.Manifest);
        var work = new ShardWork(
            folder, shard, CorpusFormat.Find(format)!, new Terminal(TextWriter.Null, TextWriter.Null), path =>
                path.EndsWith(full + AtomicFile.Suffix, StringComparison.Ordinal)
                    ? new FullDisk(path, room: full == ".gz" ? 100 : full.StartsWith(".f", StringComparison.Ordinal) ? 10 : 300)
                    : new FileStream(path, FileMode.Create, FileAccess.ReadWrite));

        Assert.Contains("No space", Assert.Throws<IOException>(() => work.Run(
            manifest, ManifestIndex.Of(manifest, _corpus.Manifest, default), pipeline, "model", "cpu", default)).Message);

        Assert.Equal([CorpusPlan.FileName], Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(Path.GetFileName));
    }

    private static SortedDictionary<string, string> Snapshot(string folder) =>
        new(
            Directory.GetFiles(folder).Where(file => Path.GetFileName(file) != CorpusPlan.FileName)
                .ToDictionary(file => Path.GetFileName(file), File.ReadAllText),
            StringComparer.Ordinal);
}
