using System.Runtime.InteropServices;
using System.Text;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.MLNet;
using AudioBsq.Tests.Featurizers.Decoding;
using AudioBsq.Tests.Model.Inference;
using AudioBsq.Tests.Model.Vocoding;
using AudioBsq.Vocoding;
using Microsoft.ML;

namespace AudioBsq.Tests.Cli.Streaming;

/// <summary>Lines of tokens on standard input: <c>audiobsq reconstruct MODEL - --pcm … --vocoder VOCODER</c>.</summary>
public sealed class LiveReconstructionTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>
{
    // 400 frames, which fill the last time step of both models.
    private const int Whole = 399 * 160;

    [Theory, InlineData(true), InlineData(false)]
    [Trait("Speed", "Slow")]
    public void Sound_IsThatOfTheWholeClip(bool causal)
    {
        string zip = causal ? model.Causal : model.Zip, vocoder = Vocoder(), folder = model.New("whole"), clip = model.New("clip.wav"),
        lines = model.New("lines.jsonl");
        byte[] pcm = LiveSound.Pcm(Whole);
        File.WriteAllBytes(clip, LiveSound.Wav(pcm));
        Ran.AudioBsq("tokenize", zip, clip, "-o", lines).Expect(0);
        Ran.AudioBsq("reconstruct", zip, lines, "-o", folder, "--vocoder", vocoder).Expect(0);
        byte[] tokens = Encoding.UTF8.GetBytes(Tokens(zip, pcm));
        using var output = new MemoryStream();

        var ran =
            Ran.WithStreams(
            new DribblingStream(tokens, most: 100), output, default, "reconstruct", zip, "-", "--pcm", "s16le", "--vocoder", vocoder)
                .Expect(0);

        short[] expected = Samples(File.ReadAllBytes(Directory.GetFiles(folder, "*.wav", SearchOption.AllDirectories).Single())[44..]),
            actual = Samples(output.ToArray());
        Assert.Equal("", ran.Output);
        Assert.Equal(Whole, actual.Length);
        Assert.Contains(actual, sample => Math.Abs(sample) > 100);
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 0, 1);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Sound_IsWrittenAsItBecomesFinal()
    {
        string path = model.New("live.pcm"), vocoder = Vocoder();
        string[] lines = Tokens(model.Causal, LiveSound.Pcm(Whole)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        long steps = 0, before = 0;
        File.WriteAllText(path, new string('x', 300_000)); // longer than what replaces it
        foreach (string line in lines) steps += line.Split("[")[1].Count(c => c == ',') + 1;
        using var stop = new CancellationTokenSource();
        using var stuck = new StuckStream(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n{\"step\":"), () =>
        {
            using var follower = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            before = follower.Length / 4;
            stop.Cancel();
        });

        var ran = Ran.WithInput(stuck, stop.Token, "reconstruct", model.Causal, "-", "--pcm", "f32le", "--vocoder", vocoder, "-o", path)
            .Expect(0);

        using var loaded = NeuralVocoder.Load(vocoder, "cpu");
        Assert.Equal(200, steps);
        Assert.Equal(400 * 160 - new StreamingSynthesizer(loaded).LookAheadSamples, before);
        Assert.Equal(Whole, new FileInfo(path).Length / 4);
        Assert.Single(ran.MessageLines);
    }

    [Theory, InlineData(true, "up to 112 ms behind the one that they are of (model 36 ms, vocoder 76 ms)."),
        InlineData(
        false,
        "up to 412 ms behind the one that they are of (model 336 ms, vocoder 76 ms), a window at a time, since the model is not causal.")]
    public void Message_SaysHowFarTheSoundIsBehind(bool causal, string expected)
    {
        using var output = new MemoryStream();

        var ran =
            Ran.WithStreams(
            new MemoryStream(), output, default, "reconstruct", causal ? model.Causal : model.Zip, "-", "--pcm", "s16le", "--vocoder",
            Vocoder()).Expect(0);

        Assert.StartsWith($"audiobsq: listening to tokens: sound, s16le at 16,000 Hz, mono, comes {expected}", ran.MessageLines.Single());
        Assert.Empty(output.ToArray());
    }

    [Theory, InlineData(0), InlineData(4), InlineData(12)]
    public void Latency_IsTheLongestThereIs(int contextFrames)
    {
        using var tokenizer = AudioBsqModel.Create(Small.Options with { ContextFrames = contextFrames }, SavedTokenizer.Mel, device: "cpu");
        // the last frame of a step comes a hop before the next step begins
        Assert.Equal(LongestWait(tokenizer, out int announced), announced - 160);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Latency_OfACausalModel_IsTheLongestThereIs()
    {
        using var tokenizer = ((AudioTokenizerTransformer)SavedModel.Load(new MLContext { GpuDeviceId = -1 }, model.Causal).Transformers[2])
            .Model;
        Assert.Equal(LongestWait(tokenizer, out int announced), announced - 160);
    }

    [Theory]
    [InlineData(
        "{\"step\":4,\"start\":0.08,\"tokens\":[1]}", "line 3: step 4 does not follow what came before: the next one must be step 3.")]
    [InlineData("{\"step\":2,\"start\":0.04,\"tokens\":[1]}", "line 3: step 2 does not follow")]
    [InlineData(
        "{\"step\":3,\"start\":0.12,\"tokens\":[1]}",
        "line 3: step 3 starts at 0.12 s, and with this model it must start at 0.06 s: another model made it.")]
    [InlineData("{\"step\":3,\"start\":0.06,\"tokens\":[1,512]}", "line 3: token 512 is not from 0 to 511.")]
    [InlineData("{\"step\":3,\"start\":0.06,\"tokens\":[-1]}", "line 3: token -1 is not from 0 to 511.")]
    [InlineData("{\"step\":3,\"start\":0.06,\"tokens\":[]}", "line 3: 0 tokens are no whole time steps: there must be 1 for each.")]
    [InlineData("{\"step\":3,\"start\":0.06,\"tokens\":[1.5]}", "line 3: no line as 'audiobsq tokenize --pcm' writes it: ")]
    [InlineData("{\"step\":3,\"start\":0.06}", "tokens")]
    [InlineData("null", "line 3: null is no line of tokens.")]
    [InlineData("hello", "line 3: no line as 'audiobsq tokenize --pcm' writes it: ")]
    [Trait("Speed", "Slow")]
    public void BadLine_IsReported_AndWhatCameBeforeIsFinished(string line, string expected)
    {
        byte[] Lines(params string[] lines) => Encoding.UTF8.GetBytes(string.Join('\n', lines));
        string[] command = ["reconstruct", model.Causal, "-", "--pcm", "s16le", "--vocoder", Vocoder()];
        using MemoryStream output = new(), nothing = new();

        var ran =
            Ran.WithStreams(
            new MemoryStream(Lines("{\"step\":0,\"start\":0,\"tokens\":[1,2,3]}", "", line, "{\"step\":3,\"start\":0.06,\"tokens\":[1]}")),
            output, default, command).Expect(1);
        Ran.WithStreams(new MemoryStream(Lines(line)), nothing, default, command).Expect(3);

        Assert.Contains(expected, ran.MessageLines[1]);
        Assert.EndsWith("What came before, 0.05 s, is kept.", ran.MessageLines[1].Trim());
        Assert.Equal(2 * 5 * 160, output.ToArray().Length);
        Assert.Empty(nothing.ToArray());
    }

    [Fact]
    public void TokensOfTwoInAStep_ComeInPairs()
    {
        using var output = new MemoryStream();

        var ran =
            Ran.WithStreams(
            new MemoryStream("{\"step\":0,\"start\":0,\"tokens\":[1,2,3]}"u8.ToArray()), output, default, "reconstruct", model.Zip, "-",
            "--pcm", "s16le", "--vocoder", Vocoder()).Expect(3);

        Assert.Contains("line 1: 3 tokens are no whole time steps: there must be 2 for each.", ran.MessageLines[1]);
    }

    [Fact]
    public void Stopping_BeforeTheFirstLine_TouchesNothing()
    {
        string path = model.New("live.pcm");
        File.WriteAllText(path, "old");

        Ran.WithInput(
            new MemoryStream(), new CancellationToken(canceled: true), "reconstruct", model.Causal, "-", "--pcm", "s16le", "--vocoder",
            Vocoder(), "-o", path).Expect(130);

        Assert.Equal("old", File.ReadAllText(path));
    }

    // Samples between the arrival of one and that of the one after which it is out again, where sound comes hop by hop.
    private static int LongestWait(AudioBsqModel model, out int announced)
    {
        using var vocoder = SmallVocoder.Create();
        using var tokens = model.CreateStreamingTokenizer();
        using var sound = new TokensToSound(model, vocoder);
        announced = sound.LatencySamples;
        float[] samples = StreamModels.Sound(32_000);
        int longest = 0;
        for (int at = 0; at + 32 <= samples.Length; at += 32)
        {
            int before = (int)sound.Samples;
            sound.Accept(tokens.Accept(samples.AsSpan(at, 32)));
            if (sound.Samples > before) longest = Math.Max(longest, at + 32 - before);
        }

        return longest;
    }

    private static string Tokens(string zip, byte[] pcm) =>
        Ran.WithInput(new DribblingStream(pcm, most: 3_000), "tokenize", zip, "-", "--pcm", "s16le").Expect(0).Output;

    private string Vocoder()
    {
        string path = model.New("vocoder.safetensors");
        using var vocoder = SmallVocoder.Create();
        vocoder.Save(path);
        return path;
    }

    private static short[] Samples(byte[] pcm) => MemoryMarshal.Cast<byte, short>(pcm).ToArray();
}
