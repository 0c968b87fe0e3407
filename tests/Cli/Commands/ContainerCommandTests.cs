using System.Diagnostics;
using System.Text.Json;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Decoding;
using AudioBsq.Tokens;

namespace AudioBsq.Tests.Cli.Commands;

/// <summary>Token containers on the command line.</summary>
public sealed class ContainerCommandTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>
{
    [Fact]
    public void OneFile_BecomesOneContainer_OfTheSameTokens()
    {
        string path = model.New("hello.absq");

        var ran = Ran.AudioBsq("tokenize", model.Zip, model.Clip(3), "-o", path).Expect(0);

        var read = Read(path);
        Assert.Equal(("", ""), (ran.Output, ran.Messages));
        Assert.True(read.IsWhole);
        Assert.Equal(SavedTokenizer.TokensOf(model.Zip, [model.Clip(3)]).Single(), read.Tokens);
        Assert.Equal((3200L, "tokenizer", "clip3.wav"), (read.Samples, read.Header.ModelName, read.Header.Metadata["source"]));
        Assert.Equal(["hello.absq"], Directory.GetFiles(Path.GetDirectoryName(path)!).Select(Path.GetFileName));
    }

    [Fact]
    public void Folder_BecomesATree_AndSoundOfTheSameLengths()
    {
        string tokens = Tree(), sounds = model.New("sounds");

        Ran.AudioBsq("reconstruct", model.Zip, tokens, "-o", sounds).Expect(0);

        Assert.Equal(["a/x.absq", "b.absq", "c/empty.absq", "c/x.absq"], Files(tokens));
        Assert.Equal(["a/x.wav", "b.wav", "c/empty.wav", "c/x.wav"], Files(sounds).Where(name => !name.StartsWith('.')));
        Assert.Equal(
            [800, 1600, 0, 2400],
            new[] { "a/x", "b", "c/empty", "c/x" }.Select(name => AudioFile.Read(Path.Combine(sounds, name + ".wav")).Samples.Length));
    }

    [Fact]
    public void Containers_GiveTheSoundThatLinesGive()
    {
        string lines = model.Tokens(), container = model.New("clip4.absq"), ofLines = model.New("lines"),
        ofContainer = model.New("container");
        Ran.AudioBsq("tokenize", model.Zip, model.Clip(4), "-o", container).Expect(0);

        Ran.AudioBsq("reconstruct", model.Zip, lines, "-o", ofLines).Expect(0);
        Ran.AudioBsq("reconstruct", model.Zip, container, "-o", ofContainer).Expect(0);

        string expected = Directory.GetFiles(ofLines, "clip4.wav", SearchOption.AllDirectories).Single();
        Assert.Equal(File.ReadAllBytes(expected), File.ReadAllBytes(Path.Combine(ofContainer, "clip4.wav")));
        Assert.False(File.Exists(Path.Combine(ofContainer, FinishedSounds.Name))); // no folder was named
    }

    [Fact]
    public void LinesAndContainers_CanBeReconstructedTogether()
    {
        string container = model.New("one.absq"), sounds = model.New("sounds"), missing = model.New("missing.absq");
        Ran.AudioBsq("tokenize", model.Zip, model.Clip(0), "-o", container).Expect(0);

        var ran = Ran.AudioBsq("reconstruct", model.Zip, container, missing, model.Tokens(), Tree(), "-o", sounds).Expect(1);

        Assert.Contains(missing, ran.MessageLines[0]);
        Assert.Equal("audiobsq: 1 of 11 failed.", ran.MessageLines[1].Trim());
    }

    [Fact]
    public void Tokenize_GoesOn_WhereItWasInterrupted()
    {
        string speech = Speech(), tokens = model.New("tokens");
        string[] command = ["tokenize", model.Zip, "no such.wav", speech, "--format", "absq", "-o", tokens, "--batch-size", "1"];
        Ran.UntilFirstLine(ofOutput: false, command).Expect(130);
        Assert.True(Files(tokens).Count < 4);
        Ran.AudioBsq(command[..2].Concat(command[3..]).ToArray()).Expect(0);
        string whole = Path.Combine(tokens, "a/x.absq"), damaged = Path.Combine(tokens, "b.absq"),
            changed = Path.Combine(tokens, "c/x.absq"), foreign = Path.Combine(tokens, "c/empty.absq");
        byte[] before = File.ReadAllBytes(damaged);
        File.WriteAllBytes(damaged, before[..^1]);
        File.Copy(model.Clip(4), Path.Combine(speech, "c/x.wav"), overwrite: true);
        Ran.AudioBsq("tokenize", model.OtherBits, Path.Combine(speech, "c/empty.wav"), "-o", foreign).Expect(0);
        var old = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        foreach (string path in new[] { whole, damaged, changed, foreign }) File.SetLastWriteTimeUtc(path, old);

        Ran.AudioBsq(command).Expect(1);

        Assert.Equal(old, File.GetLastWriteTimeUtc(whole));
        foreach (string path in new[] { damaged, changed, foreign }) Assert.NotEqual(old, File.GetLastWriteTimeUtc(path));
        Assert.Equal(before, File.ReadAllBytes(damaged));
        Assert.Equal(4000, Read(changed).Samples);
        Assert.Equal(Read(whole).Header.Fingerprint, Read(foreign).Header.Fingerprint);
    }

    [Fact]
    public void Reconstruct_GoesOn_WhereItWasInterrupted()
    {
        string tokens = Tree(), sounds = model.New("sounds"), first = Path.Combine(sounds, "a/x.wav"),
        changed = Path.Combine(sounds, "b.wav"), gone = Path.Combine(sounds, "c/x.wav");
        string[] command = ["reconstruct", model.Zip, tokens, "-o", sounds];
        Ran.AudioBsq(command).Expect(0);
        File.Delete(gone);
        File.AppendAllText(Path.Combine(sounds, FinishedSounds.Name), "{\"File\":\"c/x.w"); // as a stopped process leaves it
        var old = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(first, old);

        Ran.AudioBsq(command).Expect(0);
        Assert.Equal((old, 2400), (File.GetLastWriteTimeUtc(first), AudioFile.Read(gone).Samples.Length));
        Ran.AudioBsq(command).Expect(0);

        File.WriteAllText(changed, "mine");
        var ran = Ran.AudioBsq(command).Expect(1);
        Assert.Contains(changed, ran.MessageLines[0]);
        Assert.Equal("audiobsq: 1 of 4 failed.", ran.MessageLines[1].Trim());
        Ran.AudioBsq([.. command, "--seed", "5"]).Expect(3); // other sounds: those that are there are not these
        Ran.AudioBsq([.. command, "--seed", "5", "--overwrite"]).Expect(0);
        Assert.NotEqual(old, File.GetLastWriteTimeUtc(first));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void DamagedContainer_GivesSilenceWhereTokensAreLost()
    {
        string sound = model.New("long.wav"), container = model.New("long.absq"), sounds = model.New("sounds");
        AudioFile.WriteWav(sound, new([.. Enumerable.Range(0, 160_001).Select(n => MathF.Sin(0.3f * n))], 16_000)); // chunks of 4 s
        Ran.AudioBsq("tokenize", model.Zip, sound, "-o", container).Expect(0);
        byte[] bytes = File.ReadAllBytes(container);
        ReadOnlySpan<byte> second = [0xAB, 0x43, 1, 0, 0, 0];
        bytes[bytes.AsSpan().IndexOf(second) + 12] ^= 1; // in the payload of chunk 1
        File.WriteAllBytes(container, bytes);

        var ran = Ran.AudioBsq("reconstruct", model.Zip, container, "-o", sounds).Expect(1);
        var info = Ran.AudioBsq("info", container, "--json").Expect(1);

        float[] samples = AudioFile.Read(Path.Combine(sounds, "long.wav")).Samples;
        Assert.Equal(160_001, samples.Length);
        Assert.All(samples[64_000..128_000], sample => Assert.Equal(0, sample));
        Assert.Contains(samples[..64_000], sample => sample != 0);
        Assert.Contains(samples[128_000..], sample => sample != 0);
        Assert.Contains("100 of 251 time steps are missing, from step 100 on: silence", ran.MessageLines[0]);
        Assert.Contains("100 of 251 time steps are missing", info.MessageLines[0]);
        using var json = JsonDocument.Parse(info.Output);
        Assert.Equal(100, json.RootElement.GetProperty("missingSteps").GetInt32());
    }

    [Fact]
    public void Info_DescribesAContainer()
    {
        string path = model.New("clip.absq");
        Ran.AudioBsq("tokenize", model.Zip, model.Clip(1), "-o", path).Expect(0);

        using var json = JsonDocument.Parse(Ran.AudioBsq("info", path, "--json").Expect(0).Output);
        var ran = Ran.AudioBsq("info", path).Expect(0);

        var root = json.RootElement;
        Assert.Equal(("container", "tokenizer", "Entropy"), (Text("kind"), Text("model"), Text("coding")));
        Assert.Matches("^[0-9a-f]{32}$", Text("fingerprint"));
        Assert.Equal(
            (1600, 0.1, 3, 2, 9, 450, 4),
            (Number("samples"), Number("seconds"), Number("steps"), Number("tokensPerStep"), Number("bitsPerToken"),
            Number("bitsPerSecond"), Number("chunkSeconds")));
        Assert.Equal("clip1.wav", root.GetProperty("metadata").GetProperty("source").GetString());
        Assert.Contains(path, ran.OutputLines[0]);
        Assert.EndsWith("whole", ran.OutputLines[^1].TrimEnd());

        string? Text(string name) => root.GetProperty(name).GetString();
        double Number(string name) => root.GetProperty(name).GetDouble();
    }

    [Fact]
    public void TokensOfAnotherModel_AreRefused_WithBothNames()
    {
        string path = model.New("clip.absq"), sounds = model.New("sounds");
        Ran.AudioBsq("tokenize", model.Zip, model.Clip(0), "-o", path).Expect(0);

        string message = Ran.AudioBsq("reconstruct", model.OtherBits, path, "-o", sounds).Expect(3).MessageLines[0];

        Assert.Contains("model 'tokenizer'", message);
        Assert.Contains("model 'other'", message);
        Assert.False(Directory.Exists(sounds));
    }

    [Fact]
    public void BadFiles_AreNamed_AndDoNotStopTheOthers()
    {
        string tokens = Tree(), sounds = model.New("sounds"), text = Path.Combine(tokens, "notes.absq"),
        cut = Path.Combine(tokens, "cut.absq");
        File.WriteAllText(text, "no container");
        if (!OperatingSystem.IsWindows()) File.CreateSymbolicLink(Path.Combine(tokens, "nowhere.absq"), model.New("nowhere"));
        File.WriteAllBytes(cut, File.ReadAllBytes(Path.Combine(tokens, "b.absq"))[..40]);

        var ran = Ran.AudioBsq("reconstruct", model.Zip, tokens, "-o", sounds).Expect(1);

        foreach (string bad in new[] { text, cut }) Assert.Single(ran.MessageLines, line => line.Contains(bad, StringComparison.Ordinal));
        Assert.Equal(OperatingSystem.IsWindows() ? "audiobsq: 2 of 6 failed." : "audiobsq: 3 of 7 failed.", ran.MessageLines[^1].Trim());
        Assert.Contains(text, Ran.AudioBsq("info", text).Expect(3).MessageLines.Single());
    }

    [SkippableFact]
    public void HostileNames_StayInTheFolder_AndOneLine()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows allows no such names.");
        string speech = Directory.CreateDirectory(model.New("speech")).FullName, tokens = model.New("tokens"), sounds = model.New("sounds");
        string[] names =
            ["[red]x {0}.wav", "a\\..\\..\\..\\b.wav", "a\n\u001b[31m.wav", "a\n\u001b[31m.WAV", new string('n', 200) + ".wav"];
        foreach (string name in names) File.Copy(model.Clip(0), Path.Combine(speech, name));

        Ran.AudioBsq("tokenize", model.Zip, speech, "--format", "absq", "-o", tokens).Expect(0);
        Ran.AudioBsq("reconstruct", model.Zip, tokens, "-o", sounds).Expect(0);

        Assert.Equal(5, Files(tokens).Count);
        Assert.Equal(5, Files(sounds).Count(name => name.EndsWith(".wav", StringComparison.Ordinal)));
        Assert.All(Files(tokens), name => Assert.DoesNotContain('\n', name));
        foreach (string name in Files(tokens))
            Assert.All(
            Ran.AudioBsq("info", Path.Combine(tokens, name)).Expect(0).OutputLines, line => Assert.DoesNotContain('\u001b', line));
    }

    [Fact]
    public void OneContainer_IsForOneSoundFile()
    {
        string path = model.New("all.absq");

        Assert.Contains("--format absq", Ran.AudioBsq("tokenize", model.Zip, model.Clips, "-o", path).Expect(2).Messages);
        Assert.Contains("--format absq", Ran.AudioBsq("tokenize", model.Zip, model.Clip(0), model.Clip(1), "-o", path).Expect(2).Messages);
        Assert.Contains("--format must be", Ran.AudioBsq("tokenize", model.Zip, model.Clip(0), "--format", "zip").Expect(2).Messages);
        Assert.False(File.Exists(path));
        Ran.AudioBsq("tokenize", model.Zip, model.Clip(0), "--format", "jsonl", "-o", path).Expect(0);
        Assert.StartsWith("{", File.ReadAllText(path));
    }

    [Fact, Trait("Speed", "Slow")]
    public async Task StandardInputAndOutput_CanBeUsed()
    {
        string host = DotnetHost.Path;
        var start = new ProcessStartInfo(host, [typeof(ExitCode).Assembly.Location, "tokenize", model.Zip, "-", "--format", "absq"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.BaseStream.WriteAsync(await File.ReadAllBytesAsync(model.Clip(2)));
        process.StandardInput.Close();
        using var written = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(written);
        await process.WaitForExitAsync();

        Assert.Equal(0, process.ExitCode);
        written.Position = 0;
        var read = new TokenReader(written).ReadAll();
        Assert.True(read.IsWhole);
        Assert.Equal(SavedTokenizer.TokensOf(model.Zip, [model.Clip(2)]).Single(), read.Tokens);
        Assert.Equal("-", read.Header.Metadata["source"]);
    }

    private static TokenSequence Read(string path)
    {
        using var stream = File.OpenRead(path);
        return new TokenReader(stream, path).ReadAll();
    }

    private static List<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    private string Speech()
    {
        string speech = model.New("speech");
        foreach (string folder in new[] { "a", "c" }) Directory.CreateDirectory(Path.Combine(speech, folder));
        File.Copy(model.Clip(0), Path.Combine(speech, "a/x.wav"));
        File.Copy(model.Clip(1), Path.Combine(speech, "b.wav"));
        File.Copy(model.Clip(2), Path.Combine(speech, "c/x.wav"));
        AudioFile.WriteWav(Path.Combine(speech, "c/empty.wav"), new([], 16_000));
        return speech;
    }

    private string Tree()
    {
        string tokens = model.New("tokens");
        Ran.AudioBsq("tokenize", model.Zip, Speech(), "--format", "absq", "-o", tokens).Expect(0);
        return tokens;
    }
}
