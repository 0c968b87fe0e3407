using System.Text.RegularExpressions;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Tests.Cli.Streaming;
using AudioBsq.Tokens;
using Microsoft.ML;

namespace AudioBsq.Tests.Cli.Tokenizing;

/// <summary>Sound files that are too long to be held in memory.</summary>
[Trait("Speed", "Slow")]
public sealed class LongSoundTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>
{
    private const int Minute = 60 * 16_000;

    [Theory, InlineData(true), InlineData(false)]
    public void Tokens_AreThoseOfThePipeline(bool causal)
    {
        string zip = causal ? model.Causal : model.Zip, tokens = model.New("tokens");
        string[] paths = [Long(4_000_000, rate: 22_050), model.Clip(0), model.Clip(1), Long(3 * Minute + 1), model.Clip(2)];
        var expected = SavedTokenizer.TokensOf(zip, paths);

        var clips = Ran.AudioBsq(["tokenize", zip, .. paths]).Expect(0).Clips();
        Ran.AudioBsq(["tokenize", zip, .. paths, "--format", "absq", "-o", tokens]).Expect(0);

        Assert.Equal(paths, clips.Select(clip => clip.Path));
        Assert.Equal(expected, clips.Select(clip => clip.Tokens));
        Assert.Equal([2_902_495, 800, 1_600, 3 * Minute + 1, 2_400], clips.Select(clip => clip.Samples));
        var read = clips.Select(clip => Read(Path.Combine(tokens, Path.ChangeExtension(Path.GetFileName(clip.Path), ".absq")))).ToList();
        Assert.All(read, container => Assert.True(container.IsWhole));
        Assert.Equal(expected, read.Select(container => container.Tokens));
        Assert.Equal(clips.Select(clip => (long?)clip.Samples), read.Select(container => container.Header.Samples));
        Assert.InRange(expected[0].Distinct().Count(), 4, 512);
    }

    [Fact]
    public void EveryFile_GoesEitherWay_WithTheSameResult()
    {
        var ml = new MLContext { GpuDeviceId = -1 };
        string[] paths = [.. Enumerable.Range(0, 5).Select(model.Clip), "no such.wav"];
        using TokenPipeline all = new(ml, SavedModel.Load(ml, model.Zip), batchSize: 3),
            none = new(ml, SavedModel.Load(ml, model.Zip), 3, max: TimeSpan.Zero),
            some = new(ml, SavedModel.Load(ml, model.Zip), 3, max: TimeSpan.FromSeconds(0.15)); // clips 3 and 4

        var atOnce = Tokens(all, paths);

        Assert.Equal(atOnce, Tokens(none, paths));
        Assert.Equal(atOnce, Tokens(some, paths));
        Assert.Equal(atOnce.Reverse(), Tokens(some, [.. paths.Reverse()]));
        Assert.Equal([false, false, false, true, true, false], some.Tokenize(paths, default).Select(clip => clip.Long is not null));
    }

    [Fact]
    public void PipelinesThatDoMore_AreFollowedAsEver()
    {
        var ml = new MLContext(seed: 1) { GpuDeviceId = -1 };
        string zip = model.Save(ml, "more.zip", ml.Transforms.LoadAudio("Waveform", "Path")
            .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", SavedTokenizer.Mel))
                .Append(ml.Transforms.CopyColumns("Copy", "Mel"))
            .Append(ml.Transforms.TokenizeAudio("Tokens", "Copy", SavedTokenizer.Training(Small.Options))));
        using var pipeline = new TokenPipeline(ml, SavedModel.Load(ml, zip), batchSize: null, max: TimeSpan.Zero);

        Assert.False(pipeline.CanStream);
        Assert.Equal(
            SavedTokenizer.TokensOf(zip, [model.Clip(3)]).Single(), pipeline.Tokenize([model.Clip(3)], default).Single().Clip!.Tokens);
    }

    [Fact]
    public void FileThatIsDamagedInTheMiddle_IsNamed_AndLeavesNothing()
    {
        string speech = Directory.CreateDirectory(model.New("speech")).FullName, tokens = model.New("tokens"), one = model.New("one.absq"),
        damaged = Path.Combine(speech, "b.wav");
        File.Copy(model.Clip(0), Path.Combine(speech, "a.wav"));
        File.Copy(model.Clip(1), Path.Combine(speech, "c.wav"));
        byte[] wav = File.ReadAllBytes(Long(4 * Minute));
        File.WriteAllBytes(damaged, wav[..(wav.Length / 2)]);
        File.WriteAllText(one, "old");

        var lines = Ran.AudioBsq("tokenize", model.Zip, speech).Expect(1);
        var containers = Ran.AudioBsq("tokenize", model.Zip, speech, "--format", "absq", "-o", tokens).Expect(1);
        Ran.AudioBsq("tokenize", model.Zip, damaged, "-o", one).Expect(3);

        Assert.Equal(["a.wav", "c.wav"], lines.Clips().Select(clip => Path.GetFileName(clip.Path)));
        Assert.Equal(["a.absq", "c.absq"], Directory.GetFiles(tokens).Select(Path.GetFileName).Order());
        foreach (var ran in new[] { lines, containers })
        {
            Assert.Matches($"^audiobsq: '{Regex.Escape(damaged)}' .* is truncated or damaged", ran.MessageLines[0]);
            Assert.Equal("audiobsq: 1 of 3 failed.", ran.MessageLines[1].Trim());
        }

        Assert.Equal("old", File.ReadAllText(one));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(one)!));
    }

    [Fact]
    public void Tokenize_StopsWithinALongFile_AndGoesOnWithIt()
    {
        string path = Long(4 * Minute), tokens = model.New("tokens"), container = Path.Combine(tokens, "long.absq");
        string[] command = ["tokenize", model.Causal, "no such.wav", path, "--format", "absq", "-o", tokens];

        Ran.UntilFirstLine(ofOutput: false, command).Expect(130);
        Assert.Empty(Directory.GetFiles(tokens));
        Ran.AudioBsq(command).Expect(1);
        var old = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(container, old);
        Ran.AudioBsq(command).Expect(1);

        Assert.Equal(old, File.GetLastWriteTimeUtc(container));
    }

    [Fact]
    public void StandardInput_MayBeLong()
    {
        string path = Long(3 * Minute + 100);

        var clip = Ran.WithInput(File.OpenRead(path), "tokenize", model.Causal, "-").Expect(0).Clips().Single();

        Assert.Equal("-", clip.Path);
        Assert.Equal(SavedTokenizer.TokensOf(model.Causal, [path]).Single(), clip.Tokens);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void TwentyMinutes_TakeNoMoreMemoryThanOne(bool causal)
    {
        var ml = new MLContext { GpuDeviceId = -1 };
        using var pipeline =
            new TokenPipeline(ml, SavedModel.Load(ml, causal ? model.Causal : model.Zip), batchSize: null, max: TimeSpan.Zero);

        HeldPieces one = Held(pipeline, Long(Minute)), twenty = Held(pipeline, Long(20 * Minute));

        Assert.InRange(twenty.Count, 15 * one.Count, 25 * one.Count);
        Assert.InRange(twenty.MaxAllocated - one.MaxAllocated, long.MinValue, 1 << 20);
        Assert.InRange(twenty.MaxAlive, 0, 3);
    }

    // Looks every eight seconds of sound at what is still alive.
    private static HeldPieces Held(TokenPipeline pipeline, string path)
    {
        var held = new HeldPieces(checkEvery: 8);
        var file = pipeline.Tokenize([path], default).Single().Long!;
        var header = pipeline.Model.CreateTokenHeader("model", file.Declared);
        ContainerFile.Write(Stream.Null, header, Watched(file.Tokens(_ => { }, default)), () => file.Samples);
        return held;

        IEnumerable<int[]> Watched(IEnumerable<int[]> tokens)
        {
            foreach (int[] part in tokens)
            {
                held.Add(part);
                yield return part;
            }
        }
    }

    private static int[][] Tokens(TokenPipeline pipeline, string[] paths) =>
        [.. pipeline.Tokenize(paths, default).Select(clip => clip.Clip?.Tokens ?? clip.Long?.ReadAll(_ => { }, default).Tokens ?? [])];

    private string Long(int samples, int rate = 16_000)
    {
        string path = model.New(rate == 16_000 ? "long.wav" : $"long{rate}.wav");
        File.WriteAllBytes(path, LiveSound.Wav(LiveSound.Pcm(samples), rate));
        return path;
    }

    private static TokenSequence Read(string path)
    {
        using var stream = File.OpenRead(path);
        return new TokenReader(stream, path).ReadAll();
    }
}
