using AudioBsq.Cli.Corpus;

namespace AudioBsq.Tests.Cli.Corpus;

/// <summary>'audiobsq verify' and 'audiobsq merge'.</summary>
public sealed class CorpusVerifyTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>, IDisposable
{
    private readonly CorpusData _corpus = new();

    public void Dispose() => _corpus.Dispose();

    [Theory, Trait("Speed", "Slow")]
    [InlineData("jsonl", "*of-00001.jsonl"), InlineData("parquet", "*.parquet"), InlineData("webdataset", "*.tar")]
    public void MergedShards_AreWhatOneWorkerWrites(string format, string pattern)
    {
        byte[] one = CorpusData.Results(_corpus.Tokenize(model.Zip, 1, format, code: 1), pattern)[0];

        foreach (int shards in new[] { 2, 5, 30 })
        {
            string folder = _corpus.Tokenize(model.Zip, shards, format, code: shards == 30 ? 3 : 1);
            string merged = Path.Combine(folder, "merged");
            Ran.AudioBsq("merge", folder, "-o", merged, "--manifest", _corpus.Manifest).Expect(1);

            Assert.Equal(one, File.ReadAllBytes(merged));
        }
    }

    [Fact]
    public void Verify_SumsUp()
    {
        string folder = _corpus.Tokenize(model.Zip, 4, "jsonl", code: 1);

        var ran = Ran.AudioBsq("verify", folder, "--manifest", _corpus.Manifest, "--json").Expect(1);

        using var json = System.Text.Json.JsonDocument.Parse(ran.Output);
        var summary = json.RootElement;
        Assert.Equal((19, 1, 4), (
            summary.GetProperty("clips").GetInt32(), summary.GetProperty("failures").GetInt32(), summary.GetProperty("shards").GetInt32()));
        Assert.Equal(CorpusData.Lines(folder).Sum(clip => clip.Tokens.Length), summary.GetProperty("tokens").GetInt64());
        Assert.Equal(CorpusData.Lines(folder).Sum(clip => clip.Seconds), summary.GetProperty("seconds").GetDouble(), tolerance: 1e-9);
        Assert.Contains("Failures  1", Ran.AudioBsq("verify", folder, "--manifest", _corpus.Manifest).Expect(1).Output);
    }

    [Fact]
    public void Verify_NamesWhatIsWrong()
    {
        string folder = _corpus.Tokenize(model.Zip, 3, "jsonl", code: 1), file = Path.Combine(folder, "00001-of-00003.jsonl");
        byte[] good = File.ReadAllBytes(file), flipped = [.. good];
        flipped[10] ^= 1;

        AssertWrong("SHA-256", () => File.WriteAllBytes(file, flipped), () => File.WriteAllBytes(file, good));
        AssertWrong("bytes", () => File.WriteAllBytes(file, good[..^1]), () => File.WriteAllBytes(file, good));
        AssertWrong("missing", () => File.Delete(file), () => File.WriteAllBytes(file, good));
        string done = Path.Combine(folder, "00002-of-00003.done.json"), text = File.ReadAllText(done);
        AssertWrong("1 of 3 shards are not done: 2", () => File.Delete(done), () => File.WriteAllText(done, text));
        AssertWrong("is damaged", () => File.WriteAllText(done, text[..40]), () => File.WriteAllText(done, text));
        AssertWrong(
            "another model",
            () => File.WriteAllText(done, text.Replace("\"model\": \"", "\"model\": \"0")), () => File.WriteAllText(done, text));
        AssertWrong(
            "is one of 4",
            () => File.WriteAllText(done.Replace("00002-of-00003", "00002-of-00004"), text.Replace("\"of\": 3", "\"of\": 4")),
            () => File.Delete(done.Replace("00002-of-00003", "00002-of-00004")));
        string manifest = File.ReadAllText(_corpus.Manifest);
        AssertWrong(
            "another manifest", () => File.WriteAllText(_corpus.Manifest, manifest.Replace("clip 001", "clip 1")),
            () => File.WriteAllText(_corpus.Manifest, manifest));
        Ran.AudioBsq("verify", folder, "--manifest", _corpus.Manifest).Expect(1);
        Ran.AudioBsq("verify", _corpus.NewOutput(), "--manifest", _corpus.Manifest).Expect(3);

        void AssertWrong(string expected, Action spoil, Action repair)
        {
            spoil();
            Assert.Contains(expected, Ran.AudioBsq("verify", folder, "--manifest", _corpus.Manifest).Expect(3).Messages);
            repair();
        }
    }

    [Theory, Trait("Speed", "Slow"), InlineData("jsonl"), InlineData("parquet"), InlineData("shar"), InlineData("webdataset")]
    public void Verify_FindsAClipThatIsThereTwiceOrNotAtAll(string format)
    {
        // A worker with a manifest of its own, whose done file is then made to look like that of the other one.
        string folder = _corpus.Tokenize(model.Zip, 2, format, code: 1), manifest = File.ReadAllText(_corpus.Manifest);
        string swapped = manifest.Replace("clip 001", "?").Replace("clip 002", "clip 001").Replace("?", "clip 002");
        File.WriteAllText(_corpus.Manifest, swapped);
        string other = _corpus.Tokenize(model.Zip, 2, format, code: 1);
        File.WriteAllText(_corpus.Manifest, manifest);
        foreach (string file in Directory.GetFiles(other, "*", SearchOption.AllDirectories))
            File.Copy(file, file.Replace(other, folder), overwrite: true);
        string hash = CorpusData.Record(folder, 1, 2).Origin.Manifest;
        string expected = ManifestIndex.Of(new CorpusManifest(_corpus.Manifest), "", default).Hash;
        foreach (string path in Directory.GetFiles(folder, "*.done.json"))
            File.WriteAllText(path, File.ReadAllText(path).Replace(hash, expected));

        string message = Ran.AudioBsq("verify", folder, "--manifest", _corpus.Manifest).Expect(3).MessageLines.Single();

        Assert.Contains("clip 001", message);
        Assert.Contains("not where it should be", message);
    }

    [Fact]
    public void Merge_NeedsAWholeFolder_AndLeavesAnOldFile()
    {
        string folder = _corpus.Tokenize(model.Zip, 2, "jsonl", code: 1), output = Path.Combine(_corpus.Folder, "merged.jsonl");
        File.WriteAllText(output, "old");
        File.Delete(Path.Combine(folder, "00001-of-00002.done.json"));

        Ran.AudioBsq("merge", folder, "-o", output).Expect(3);
        Assert.Equal("old", File.ReadAllText(output));

        _corpus.Work(model.Zip, "1/2", folder).Expect(0);
        Ran.AudioBsq("merge", folder, "-o", output).Expect(1);
        Assert.Equal(19, File.ReadAllLines(output).Length);
        Assert.Contains(
            "would replace", Ran.AudioBsq("merge", folder, "-o", Path.Combine(folder, "00000-of-00002.jsonl")).Expect(2).Messages);
        string shar = _corpus.Tokenize(model.Zip, 2, "shar", code: 1);
        Assert.Contains("needs no merge", Ran.AudioBsq("merge", shar, "-o", output + ".shar").Expect(3).Messages);
        Assert.False(File.Exists(output + ".shar"));
    }
}
