using System.Text.Json;
using AudioBsq.Tests.Featurizers.Decoding;
using AudioBsq.Tokens;
using Microsoft.ML;

namespace AudioBsq.Tests.Cli.Streaming;

/// <summary>Samples without a header on standard input: <c>audiobsq tokenize MODEL - --pcm …</c>.</summary>
public sealed class LiveTokenizationTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>
{
    [Theory, InlineData(true), InlineData(false)]
    [Trait("Speed", "Slow")]
    public void Lines_AreTheTokensOfThePipeline(bool causal)
    {
        string zip = causal ? model.Causal : model.Zip;
        byte[] pcm = LiveSound.Pcm(50_001);

        var ran = Ran.WithInput(new DribblingStream(pcm, most: 1_000), "tokenize", zip, "-", "--pcm", "s16le").Expect(0);

        var lines = Lines(ran.Output);
        Assert.Equal(Expected(zip, LiveSound.Wav(pcm)), lines.SelectMany(line => line.Tokens));
        Assert.InRange(lines.Count, causal ? 100 : 9, causal ? 160 : 12);
        long steps = 0;
        foreach (var line in lines)
        {
            Assert.Equal((steps, Math.Round(steps * (causal ? 0.02 : 0.04), 6)), (line.Step, line.Start));
            steps += line.Tokens.Length / (causal ? 1 : 2);
        }
    }

    [Theory, InlineData(true, "36 ms behind the sound."),
        InlineData(false, "336 ms behind the sound, a window at a time, since the model is not causal.")]
    public void Message_SaysHowFarTokensAreBehind(bool causal, string expected)
    {
        var ran =
            Ran.WithInput(
            new MemoryStream(LiveSound.Pcm(800)), "tokenize", causal ? model.Causal : model.Zip, "-", "--pcm", "s16le", "--rate", "8000")
                .Expect(0);

        string message = ran.MessageLines.Single();
        Assert.StartsWith("audiobsq: listening to s16le at 8,000 Hz, mono: tokens come up to ", message);
        Assert.Contains(expected, message);
    }

    [Theory, InlineData(1, 22_050), InlineData(2, 16_000), InlineData(2, 44_100)]
    [Trait("Speed", "Slow")]
    public void Container_HoldsTheTokensOfThePipeline(int channels, int rate)
    {
        byte[] pcm = LiveSound.Pcm(60_000, channels);
        string path = model.New("live.absq");
        File.WriteAllText(path, new string('x', 100_000)); // longer than what replaces it

        var ran =
            Ran.WithInput(
            new DribblingStream(pcm, most: 5_000), "tokenize", model.Causal, "-", "--pcm", "s16le", "--rate", $"{rate}", "--channels",
            $"{channels}", "-o", path).Expect(0);

        var read = Read(path);
        Assert.Equal("", ran.Output);
        Assert.True(read.IsWhole);
        Assert.Equal(Expected(model.Causal, LiveSound.Wav(pcm, rate, channels)), read.Tokens);
        Assert.Equal((60_000 * 16_000L + rate - 1) / rate, read.Samples);
        Assert.Null(read.Header.Samples);
        Assert.Equal([KeyValuePair.Create("source", "-")], read.Header.Metadata);
    }

    [Fact]
    public void Container_IsWrittenAsItsChunksFill()
    {
        string path = model.New("live.absq");
        byte[] before = [];
        using var stop = new CancellationTokenSource();
        using var stuck = new StuckStream(LiveSound.Pcm(16_000 * 9), () =>
        {
            using var follower = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            before = new byte[follower.Length];
            follower.ReadExactly(before);
            stop.Cancel();
        });

        Ran.WithInput(stuck, stop.Token, "tokenize", model.Causal, "-", "--pcm", "s16le", "-o", path).Expect(0);

        var (while_, after) = (new TokenReader(new MemoryStream(before)).ReadAll(), Read(path));
        Assert.Equal(400, while_.Tokens.Length); // two chunks of 4 s
        Assert.Equal(after.Tokens[..400], while_.Tokens);
        Assert.False(while_.IsWhole);
        Assert.True(after.IsWhole);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Stopping_EndsTheSound_WithAllThatWasSaid(bool causal)
    {
        string zip = causal ? model.Causal : model.Zip, path = model.New("live.absq");
        byte[] pcm = LiveSound.Pcm(20_000);

        foreach (string output in new[] { path, "-" })
        {
            using var stop = new CancellationTokenSource();
            using var stuck = new StuckStream([.. pcm, 7], stop.Cancel); // within a sample

            var ran = Ran.WithInput(stuck, stop.Token, "tokenize", zip, "-", "--pcm", "s16le", "-o", output).Expect(0);

            Assert.Single(ran.MessageLines);
            int[] expected = Expected(zip, LiveSound.Wav(pcm));
            if (output == "-") Assert.Equal(expected, Lines(ran.Output).SelectMany(line => line.Tokens));
            else Assert.Equal((true, 20_000L), (Read(path).Tokens.SequenceEqual(expected), Read(path).Samples));
        }
    }

    [Fact]
    public void Stopping_BeforeTheSoundBegins_TouchesNothing()
    {
        string path = model.New("live.absq");
        File.WriteAllText(path, "old");

        Ran.WithInput(
            new MemoryStream(), new CancellationToken(canceled: true), "tokenize", model.Causal, "-", "--pcm", "s16le", "-o", path)
                .Expect(130);

        Assert.Equal("old", File.ReadAllText(path));
    }

    [Fact]
    public void BrokenSound_IsKeptUpToThere_AndSaidSo()
    {
        string path = model.New("live.absq");
        byte[] pcm = LiveSound.Pcm(16_000);

        var odd = Ran.WithInput(new MemoryStream([.. pcm, 7]), "tokenize", model.Causal, "-", "--pcm", "s16le", "-o", path).Expect(1);
        var nothing = Ran.WithInput(new MemoryStream([7]), "tokenize", model.Causal, "-", "--pcm", "f32le").Expect(3);
        var empty = Ran.WithInput(new MemoryStream(), "tokenize", model.Causal, "-", "--pcm", "f32le").Expect(0);

        Assert.Contains("ends within a frame", odd.MessageLines[1]);
        Assert.Contains("What came before, 1 s, is kept.", odd.MessageLines[1]);
        Assert.Equal((true, 16_000L), (Read(path).IsWhole, Read(path).Samples));
        Assert.Contains("ends within a frame: of frame 0", nothing.MessageLines[1]);
        Assert.Equal(("", ""), (nothing.Output, empty.Output));
    }

    [Fact]
    public void SamplesThatAreNoNumbers_BecomeZero_AndAreCounted()
    {
        float[] samples = [.. Enumerable.Range(0, 16_000).Select(i => MathF.Sin(i * 0.1f) / 2)], mended = [.. samples];
        (samples[5_000], samples[5_001], samples[15_999]) = (float.NaN, float.PositiveInfinity, float.NaN);
        (mended[5_000], mended[5_001], mended[15_999]) = (0, 0, 0);
        string[] command = ["tokenize", model.Causal, "-", "--pcm", "f32le"];

        var broken = Ran.WithInput(Bytes(samples), command).Expect(1);
        var whole = Ran.WithInput(Bytes(mended), command).Expect(0);

        Assert.Equal(Lines(whole.Output).SelectMany(line => line.Tokens), Lines(broken.Output).SelectMany(line => line.Tokens));
        Assert.Contains("3 samples were no finite numbers", broken.MessageLines[1]);

        static MemoryStream Bytes(float[] samples) => new([.. samples.SelectMany(BitConverter.GetBytes)]);
    }

    [Fact]
    public void PipelinesThatDoMore_AreRefused()
    {
        var ml = new MLContext(seed: 1) { GpuDeviceId = -1 };
        string zip = model.Save(ml, "more.zip", ml.Transforms.LoadAudio("Waveform", "Path")
            .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", SavedTokenizer.Mel))
                .Append(ml.Transforms.CopyColumns("Copy", "Mel"))
            .Append(ml.Transforms.TokenizeAudio("Tokens", "Copy", SavedTokenizer.Training(Small.Options))));
        string path = model.New("live.absq");

        string message = Ran.WithInput(new MemoryStream(), "tokenize", zip, "-", "--pcm", "s16le", "-o", path).Expect(3)
            .MessageLines.Single();

        Assert.Contains($"'{zip}' cannot take live sound", message);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void OutputFile_CannotBeTheModel() =>
        Assert.Contains(
            "would replace",
            Ran.WithInput(new MemoryStream(), "tokenize", model.Zip, "-", "--pcm", "s16le", "-o", model.Zip).Expect(2).Messages);

    private int[] Expected(string zip, byte[] wav)
    {
        string path = model.New("live.wav");
        File.WriteAllBytes(path, wav);
        return SavedTokenizer.TokensOf(zip, [path]).Single();
    }

    private static List<(long Step, double Start, int[] Tokens)> Lines(
        string output) => [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
    {
        using var json = JsonDocument.Parse(line);
        Assert.Equal(["step", "start", "tokens"], json.RootElement.EnumerateObject().Select(member => member.Name));
        return (
            json.RootElement.GetProperty("step").GetInt64(), json.RootElement.GetProperty("start").GetDouble(),
            json.RootElement.GetProperty("tokens").Deserialize<int[]>()!);
    })];

    private static TokenSequence Read(string path)
    {
        using var stream = File.OpenRead(path);
        return new TokenReader(stream, path).ReadAll();
    }
}
