using System.Text.Json.Nodes;
using AudioBsq.Decoding;

namespace AudioBsq.Tests.Cli.Commands;

[Trait("Speed", "Slow")]
public sealed class ReconstructCommandTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>
{
    [Fact]
    public void Wavs_AreAsLongAsTheClips()
    {
        string odd = model.New("odd.wav"), empty = model.New("empty.wav"), tokens = model.New("tokens.jsonl"), folder = model.New("out");
        AudioFile.WriteWav(odd, new([.. Enumerable.Range(0, 1237).Select(n => MathF.Sin(0.1f * n))], 16_000));
        AudioFile.WriteWav(empty, new([], 16_000));
        Ran.AudioBsq("tokenize", model.Zip, model.Clips, odd, empty, "-o", tokens).Expect(0);

        var ran = Ran.AudioBsq("reconstruct", model.Zip, tokens, "-o", folder).Expect(0);

        Assert.Equal(("", ""), (ran.Output, ran.Messages));
        Assert.Equal([0, 800, 1237, 1600, 2400, 3200, 4000], Wavs(folder).Select(path => AudioFile.Read(path).Samples.Length).Order());
        Assert.All(Wavs(folder), path => Assert.Equal(16_000, AudioFile.Describe(path).SampleRate));
    }

    [Fact]
    public void Clips_KeepTheirFolders_AndEqualNamesGetNumbers()
    {
        string folder = model.New("out");
        string tokens = Lines("speech/a/x.wav", "speech/b/x.wav", "speech/a/x.flac", "../../up.wav", "[red]x[/].wav", "");

        Ran.AudioBsq("reconstruct", model.Zip, tokens, "-o", folder).Expect(0);

        string[] expected = ["[red]x[/].wav", "clip.wav", "speech/a/x (2).wav", "speech/a/x.wav", "speech/b/x.wav", "up.wav"];
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            Wavs(folder).Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/')).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void SeedAndFormat_DecideTheSamples()
    {
        string tokens = model.Tokens();
        byte[] Run(params string[] more)
        {
            string folder = model.New("out");
            Ran.AudioBsq(["reconstruct", model.Zip, tokens, "-o", folder, .. more]).Expect(0);
            return File.ReadAllBytes(Wavs(folder).First(path => path.EndsWith("clip4.wav", StringComparison.Ordinal)));
        }

        byte[] plain = Run();

        Assert.Equal(plain, Run("--seed", "0", "--format", "pcm16", "--batch-size", "1"));
        Assert.NotEqual(plain, Run("--seed", "-7"));
        Assert.Equal(44 + 2 * 4000, plain.Length);
        Assert.Equal(58 + 4 * 4000, Run("--format", "float").Length);
    }

    [Fact]
    public void WavsThatAreThere_StayUnlessToldOtherwise()
    {
        string tokens = Lines("a.wav", "b.wav"), folder = Directory.CreateDirectory(model.New("out")).FullName,
        there = Path.Combine(folder, "a.wav");
        File.WriteAllText(there, "mine");

        var ran = Ran.AudioBsq("reconstruct", model.Zip, tokens, "-o", folder).Expect(1);

        Assert.Contains(there, ran.MessageLines[0]);
        Assert.Contains("--overwrite", ran.MessageLines[0]);
        Assert.Equal("mine", File.ReadAllText(there));
        Assert.Equal(800, AudioFile.Read(Path.Combine(folder, "b.wav")).Samples.Length);
        Ran.AudioBsq("reconstruct", model.Zip, tokens, "-o", folder, "--overwrite").Expect(0);
        Assert.Equal(800, AudioFile.Read(there).Samples.Length);
    }

    [Theory]
    [InlineData("bitsPerToken", "18", "18 bits")]
    [InlineData("sampleRate", "8000", "8000 Hz")]
    [InlineData("samples", "801000", "801000 samples")]
    [InlineData("samples", "-1", "-1 samples")]
    [InlineData("frames", "7", "7 frames")]
    [InlineData("tokens", "[1,2,3]", "here are 3")]
    [InlineData("tokens", "[0,1,2,512]", "token 512")]
    [InlineData("tokens", "[0,1,2,-1]", "token -1")]
    [InlineData("tokens", "[0,1,2,1.5]", "$.tokens")]
    [InlineData("tokens", "null", "okens")]
    [InlineData("samples", "\"800\"", "$.samples")]
    [InlineData("samples", null, "samples")]
    [InlineData("path", "null", "ath")]
    public void BadLine_IsReportedWithItsNumber(string member, string? value, string expected)
    {
        string tokens = Lines("a.wav", "b.wav"), folder = model.New("out");
        string[] lines = File.ReadAllLines(tokens);
        var line = JsonNode.Parse(lines[1])!.AsObject();
        line.Remove(member);
        if (value is not null) line.Add(member, JsonNode.Parse(value));
        File.WriteAllLines(tokens, [lines[0], "", line.ToJsonString()]);

        var ran = Ran.AudioBsq("reconstruct", model.Zip, tokens, "-o", folder).Expect(1);

        Assert.Contains($"{tokens}, line 3: ", ran.MessageLines[0]);
        Assert.Contains(expected, ran.MessageLines[0]);
        Assert.Equal("audiobsq: 1 of 2 failed.", ran.MessageLines[1].Trim());
        Assert.Equal(["a.wav"], Wavs(folder).Select(Path.GetFileName));
    }

    [Fact]
    public void TokensOfAnotherModel_AreRefused()
    {
        string folder = model.New("out");

        var ran = Ran.AudioBsq("reconstruct", model.OtherBits, model.Tokens(), "-o", folder).Expect(3);

        Assert.Equal(6, ran.MessageLines.Length);
        Assert.All(ran.MessageLines[..5], line => Assert.Contains("another model made them", line));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void BadFiles_AreNamed()
    {
        string missing = model.New("missing.jsonl"), noise = model.New("noise.jsonl"), folder = model.New("out");
        File.WriteAllBytes(noise, [0, 1, 2, 255, 10, 27, 93]);

        Assert.Contains(missing, Ran.AudioBsq("reconstruct", model.Zip, missing, "-o", folder).Expect(3).MessageLines.Single());
        Assert.Contains("is a folder", Ran.AudioBsq("reconstruct", model.Zip, model.Folder, "-o", folder).Expect(3).MessageLines.Single());
        Assert.Contains("noise.jsonl, line 1", Ran.AudioBsq("reconstruct", model.Zip, noise, "-o", folder).Expect(3).MessageLines[0]);
        Assert.Contains(missing, Ran.AudioBsq("reconstruct", missing, model.Tokens(), "-o", folder).Expect(3).MessageLines.Single());
    }

    [Fact]
    public void FinishedWavs_Stay_WhenStopped()
    {
        string tokens = Lines("a.wav", "b.wav", "c.wav"), folder = model.New("out");
        string[] lines = File.ReadAllLines(tokens);
        File.WriteAllLines(tokens, [lines[0], "bad", .. lines[1..]]);

        Ran.UntilFirstLine(ofOutput: false, "reconstruct", model.Zip, tokens, "-o", folder, "--batch-size", "1").Expect(130);

        Assert.Equal(["a.wav"], Directory.GetFiles(folder).Select(Path.GetFileName));
    }

    private static IEnumerable<string> Wavs(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories);

    /// <summary>A file of tokens of the first clip under these paths.</summary>
    private string Lines(params string[] paths)
    {
        string line = Ran.AudioBsq("tokenize", model.Zip, model.Clip(0)).Expect(0).OutputLines.Single(), file = model.New("tokens.jsonl");
        File.WriteAllLines(file, paths.Select(path =>
        {
            var clip = JsonNode.Parse(line)!;
            clip["path"] = path;
            return clip.ToJsonString();
        }));
        return file;
    }
}
