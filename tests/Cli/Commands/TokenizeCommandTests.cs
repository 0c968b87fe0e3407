using AudioBsq.Decoding;
using AudioBsq.Signal;
using AudioBsq.Tests.Featurizers.Decoding;
using Microsoft.ML;

namespace AudioBsq.Tests.Cli.Commands;

public sealed class TokenizeCommandTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>
{
    [Fact]
    public void Tokens_AreThoseOfThePipeline()
    {
        string[] paths = [model.Clip(4), model.Clip(0), model.Clip(2)];

        var clips = Ran.AudioBsq(["tokenize", model.Zip, .. paths]).Expect(0).Clips();

        Assert.Equal(paths, clips.Select(clip => clip.Path));
        Assert.Equal(SavedTokenizer.TokensOf(model.Zip, paths), clips.Select(clip => clip.Tokens));
        Assert.Equal([4000, 800, 2400], clips.Select(clip => clip.Samples));
        Assert.Equal([26, 6, 16], clips.Select(clip => clip.Frames));
        Assert.All(clips, clip => Assert.Equal((16_000, 9), (clip.SampleRate, clip.BitsPerToken)));
    }

    [SkippableFact]
    public async Task Pipe_IsReadOnceAndToItsEnd_ByItsName()
    {
        string pipe = NamedPipe.Make(model.New("hello.wav")), folder = model.New("containers");
        byte[] sound = File.ReadAllBytes(model.Clip(2));
        int[] expected = SavedTokenizer.TokensOf(model.Zip, [model.Clip(2)])[0];

        var feeding = NamedPipe.Feed(pipe, sound);
        var lines = Ran.AudioBsq("tokenize", model.Zip, pipe, model.Clip(0)).Expect(0).Clips();
        await feeding;
        foreach (string kept in new[] { "0", "1" })
        {
            feeding = NamedPipe.Feed(pipe, sound);
            Ran.AudioBsq("tokenize", model.Zip, pipe, "--format", "absq", "-o", folder).Expect(0);
            await feeding;
        }

        feeding = NamedPipe.Feed(pipe, sound);
        var info = Ran.AudioBsq("info", pipe).Expect(0);
        await feeding;

        Assert.Equal([pipe, model.Clip(0)], lines.Select(clip => clip.Path));
        Assert.Equal(expected, lines[0].Tokens);
        Assert.Equal(["hello.absq"], Directory.GetFiles(folder).Select(Path.GetFileName));
        Assert.Contains(info.OutputLines, line => line.StartsWith("Sound file") && line.EndsWith(pipe));
    }

    [SkippableFact]
    public async Task PipeWithoutSound_IsNamed()
    {
        string pipe = NamedPipe.Make(model.New("hello.wav"));

        var feeding = NamedPipe.Feed(pipe, "no sound at all"u8.ToArray());
        var ran = Ran.AudioBsq("tokenize", model.Zip, pipe).Expect(3);
        await feeding;

        Assert.Contains(pipe, ran.MessageLines[0]);
        Assert.DoesNotContain("audiobsq-", ran.MessageLines[0].Replace(model.Folder, ""));
        Assert.Contains("only once", Ran.AudioBsq("tokenize", model.Zip, "-", "-").Expect(2).Messages);
    }

    [Fact]
    public void Stopping_EndsTheWaitingForStandardInput()
    {
        using var stop = new CancellationTokenSource();
        using var stuck = new StuckStream(File.ReadAllBytes(model.Clip(0)), stop.Cancel);
        string output = model.New("tokens.jsonl");

        var ran = Ran.WithInput(stuck, stop.Token, "tokenize", model.Zip, "-", "-o", output).Expect(130);

        Assert.Equal(["audiobsq: stopped."], ran.MessageLines);
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(output)!));
    }

    [Fact]
    public void Line_IsOneJsonObjectWithTheseMembers()
    {
        var line = Ran.AudioBsq("tokenize", model.Zip, model.Clip(0)).Expect(0).OutputLines.Single();

        using var json = System.Text.Json.JsonDocument.Parse(line);
        Assert.Equal(
            ["path", "samples", "sampleRate", "frames", "bitsPerToken", "tokens"],
            json.RootElement.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public void BatchSizeAndThreads_DoNotChangeTokens()
    {
        var one = Ran.AudioBsq("tokenize", model.Zip, model.Clips, "--batch-size", "1", "--device", "cpu").Expect(0);
        var many = Ran.AudioBsq("tokenize", model.Zip, model.Clips, "--batch-size", "4", "--threads", "1").Expect(0);

        Assert.Equal(one.Output, many.Output);
        Assert.Equal(1, many.Threads);
    }

    [Fact]
    public void Folders_AreSearchedInOrder_AndNotInsideOnes_IfNotWanted()
    {
        string folder = model.New("speech"), inner = Directory.CreateDirectory(Path.Combine(folder, "b")).FullName;
        foreach (string place in new[] { Path.Combine(folder, "c.wav"), Path.Combine(folder, "a.wav"), Path.Combine(inner, "x.wav") })
            File.Copy(model.Clip(0), place);

        var all = Ran.AudioBsq("tokenize", model.Zip, folder, model.Clip(1)).Expect(0).Clips();
        var flat = Ran.AudioBsq("tokenize", model.Zip, folder, "--no-recurse").Expect(0).Clips();

        Assert.Equal(
            [Path.Combine(folder, "a.wav"), Path.Combine(folder, "b/x.wav"), Path.Combine(folder, "c.wav"), model.Clip(1)],
            all.Select(clip => clip.Path));
        Assert.Equal([Path.Combine(folder, "a.wav"), Path.Combine(folder, "c.wav")], flat.Select(clip => clip.Path));
    }

    [Fact]
    public void BadFiles_AreNamed_AndDoNotStopTheOthers()
    {
        string text = model.New("[red]notes[/].wav"), loud = model.New("loud.wav"), empty = model.New("empty.wav"),
        nothing = Directory.CreateDirectory(model.New("nothing")).FullName;
        File.WriteAllText(text, "This is only text, and no decoder takes it for sound.");
        AudioFile.WriteWav(loud, new Waveform([.. Enumerable.Repeat(3e38f, 800)], 16_000), WavSampleFormat.IeeeFloat);
        AudioFile.WriteWav(empty, new Waveform([], 16_000));

        string[] inputs = [model.Clip(0), text, nothing, model.Clip(1), "no such.wav", loud, empty, model.Clip(2)];
        var ran = Ran.AudioBsq(["tokenize", model.Zip, .. inputs]).Expect(1);

        Assert.Equal([model.Clip(0), model.Clip(1), empty, model.Clip(2)], ran.Clips().Select(clip => clip.Path));
        Assert.Equal(SavedTokenizer.TokensOf(model.Zip, [model.Clip(2)]).Single(), ran.Clips()[3].Tokens);
        Assert.Empty(ran.Clips()[2].Tokens);
        Assert.Equal(5, ran.MessageLines.Length);
        Assert.All(ran.MessageLines, line => Assert.StartsWith("audiobsq: ", line));
        foreach (string name in new[] { text, nothing, "no such.wav", loud })
            Assert.Single(ran.MessageLines, line => line.Contains(name, StringComparison.Ordinal));
        Assert.Equal("audiobsq: 4 of 8 failed.", ran.MessageLines[^1].Trim());
    }

    [Fact]
    public void OutputFile_HoldsWhatStandardOutputWould()
    {
        string path = model.New("tokens.jsonl");
        File.WriteAllText(path, "old");

        var ran = Ran.AudioBsq("tokenize", model.Zip, model.Clips, "--output", path).Expect(0);

        Assert.Equal(("", ""), (ran.Output, ran.Messages));
        Assert.Equal(Ran.AudioBsq("tokenize", model.Zip, model.Clips).Output, File.ReadAllText(path));
        Assert.Equal(["tokens.jsonl"], Directory.GetFiles(Path.GetDirectoryName(path)!).Select(Path.GetFileName));
    }

    [Fact]
    public void OutputFile_KeepsTheGoodClips_WhenOthersFail()
    {
        string path = model.New("tokens.jsonl");

        Ran.AudioBsq("tokenize", model.Zip, "no such.wav", model.Clip(0), "-o", path).Expect(1);

        Assert.Single(File.ReadAllLines(path));
    }

    [Fact]
    public void OutputFile_StaysAsItWas_WhenNothingComesOut()
    {
        string path = model.New("tokens.jsonl");
        File.WriteAllText(path, "old");

        Ran.AudioBsq("tokenize", model.Zip, "no such.wav", "-o", path).Expect(3);

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void OutputFile_StaysAsItWas_WhenStopped()
    {
        string path = model.New("tokens.jsonl");
        File.WriteAllText(path, "old");

        var ran = Ran.UntilFirstLine(ofOutput: false, "tokenize", model.Zip, "no such.wav", model.Clips, "-o", path).Expect(130);

        Assert.Equal("audiobsq: stopped.", ran.MessageLines[^1].Trim());
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void StandardOutput_IsStreamed_AndKeepsWholeLines_WhenStopped() =>
        Assert.Single(Ran.UntilFirstLine(ofOutput: true, "tokenize", model.Zip, model.Clips, "--batch-size", "1").Expect(130).Clips());

    [Fact]
    public void OutputFile_CannotBeWhatIsRead()
    {
        byte[] before = File.ReadAllBytes(model.Clip(0));

        Assert.Contains("would replace", Ran.AudioBsq("tokenize", model.Zip, model.Clip(0), "-o", model.Clip(0)).Expect(2).Messages);
        Assert.Contains("would replace", Ran.AudioBsq("tokenize", model.Zip, model.Clip(0), "-o", model.Zip).Expect(2).Messages);

        Assert.Equal(before, File.ReadAllBytes(model.Clip(0)));
    }

    [Fact]
    public void OutputFile_NeedsAFolder()
    {
        string missing = Path.Combine(model.New("missing"), "tokens.jsonl");

        Assert.Contains("no folder", Ran.AudioBsq("tokenize", model.Zip, model.Clip(0), "-o", missing).Expect(3).MessageLines.Single());
        Assert.Contains(
            "is a folder", Ran.AudioBsq("tokenize", model.Zip, model.Clip(0), "-o", model.Folder).Expect(3).MessageLines.Single());
    }

    [Fact]
    public void BadModels_AreNamed()
    {
        string cut = model.New("cut.zip"), text = model.New("text.zip"), missing = model.New("missing.zip");
        File.WriteAllBytes(cut, File.ReadAllBytes(model.Zip)[..5000]);
        File.WriteAllText(text, "no zip");

        foreach (string bad in new[] { cut, text, missing, model.Folder, TestData.PathOf("zips", "features.zip") })
            Assert.Contains(bad, Ran.AudioBsq("tokenize", bad, model.Clip(0)).Expect(3).MessageLines.Single());
    }

    [Fact]
    public void DamagedWeights_AreOneLine()
    {
        string damaged = model.New("damaged.zip");
        File.Copy(model.Zip, damaged);
        using (var zip = System.IO.Compression.ZipFile.Open(damaged, System.IO.Compression.ZipArchiveMode.Update))
        {
            var entry = zip.Entries.Single(entry => entry.Name == "Model.safetensors");
            using var content = entry.Open();
            content.SetLength(content.Length / 2);
        }

        string message = Ran.AudioBsq("tokenize", damaged, model.Clip(0)).Expect(3).MessageLines.Single();

        Assert.Contains(damaged, message);
        Assert.Contains("Model.safetensors", message);
        Assert.DoesNotContain("instantiation", message);
    }

    [Fact]
    public void OtherPipelines_AreFollowed_FromLoadingToTokens()
    {
        var ml = new MLContext(seed: 1) { GpuDeviceId = -1 };
        var features = ml.Transforms.ExtractMelSpectrogram("Mel", "Name", SavedTokenizer.Mel)
            .Append(ml.Transforms.CopyColumns("Copy", "Mel"));
        var tokens = features.Append(ml.Transforms.TokenizeAudio("Tokens", "Copy", SavedTokenizer.Training(Small.Options)));
        var loading = ml.Transforms.CopyColumns("Name", "Path").Append(ml.Transforms.LoadAudio("Name"));
        string zip = model.Save(ml, "nested.zip", loading.Append(tokens).Append(ml.Transforms.MapTokensToBits("Bits", "Tokens")));

        var clips = Ran.AudioBsq("tokenize", zip, model.Clip(1), model.Clip(3)).Expect(0).Clips();

        Assert.Equal(SavedTokenizer.TokensOf(zip, [model.Clip(1), model.Clip(3)]), clips.Select(clip => clip.Tokens));
    }
}
