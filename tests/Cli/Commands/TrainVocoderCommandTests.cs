using AudioBsq.Decoding;
using AudioBsq.Signal;
using AudioBsq.Vocoding;

namespace AudioBsq.Tests.Cli.Commands;

public sealed class TrainVocoderCommandTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>
{
    private static readonly string[] Small =
    [
        "--steps", "2", "--batch-size", "2", "--width", "8", "--layers", "1", "--envelope-weight", "0.5", "--level-weight", "2",
        "--device", "cpu",
    ];

    [Fact]
    [Trait("Speed", "Slow")]
    public void Vocoder_MakesTheSoundOfReconstruct()
    {
        string vocoder = Train("--tokenizer", model.Zip), tokens = model.Tokens(), folder = model.New("out"),
        refined = model.New("refined"), plain = model.New("plain");

        Ran.AudioBsq("reconstruct", model.Zip, tokens, "-o", folder, "--vocoder", vocoder, "--format", "float").Expect(0);
        Ran.AudioBsq("reconstruct", model.Zip, tokens, "-o", refined, "--vocoder", vocoder, "--griffin-lim", "2", "--format", "float")
            .Expect(0);
        Ran.AudioBsq("reconstruct", model.Zip, tokens, "-o", plain, "--griffin-lim", "2", "--format", "float").Expect(0);

        using var loaded = NeuralVocoder.Load(vocoder, "cpu");
        Assert.Equal(SavedTokenizer.Mel, loaded.Mel);
        float[][] sounds = [.. new[] { folder, refined, plain }.Select(path => AudioFile.Read(Wavs(path)[4]).Samples)];
        Assert.All(sounds, sound => Assert.Equal(4_000, sound.Length));
        Assert.NotEqual(sounds[0], sounds[1]);
        Assert.NotEqual(sounds[1], sounds[2]);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void SameSeed_GivesTheSameFile()
    {
        byte[] first = File.ReadAllBytes(Train());

        Assert.Equal(first, File.ReadAllBytes(Train("--seed", "1")));
        Assert.NotEqual(first, File.ReadAllBytes(Train("--seed", "2")));
        using var loaded = NeuralVocoder.Load(Train(), "cpu");
        Assert.Equal(new MelOptions(), loaded.Mel);
        Assert.Equal((8, 1), (loaded.Options.Width, loaded.Options.Layers));
    }

    [Fact]
    public void Checkpoints_AreResumed()
    {
        string folder = model.New("checkpoints");
        byte[] first = File.ReadAllBytes(Train("--checkpoints", folder));

        Assert.Single(Directory.GetFiles(folder, "checkpoint-*.safetensors"));
        Assert.Equal(first, File.ReadAllBytes(Train("--checkpoints", folder)));
    }

    [Fact]
    public void InitFrom_GoesOnWithAVocoder()
    {
        string first = Train(), again = model.New("again.safetensors");
        string[] start = ["train-vocoder", model.Clips, "-o", again, "--steps", "1", "--device", "cpu", "--init-from"];

        Ran.AudioBsq([.. start, first]).Expect(0);
        string messages = Ran.AudioBsq([.. start, "speech900", "--tokenizer", model.Zip]).Expect(3).Messages;

        using (NeuralVocoder one = NeuralVocoder.Load(first, "cpu"), other = NeuralVocoder.Load(again, "cpu"))
            Assert.Equal(one.Options, other.Options);
        Assert.NotEqual(File.ReadAllBytes(first), File.ReadAllBytes(again));
        Assert.Contains("another mel spectrogram: ", messages);
        Assert.Contains("leave them out", Ran.AudioBsq([.. start, first, "--width", "8"]).Expect(2).Messages);
        Assert.Contains("There is no vocoder 'nowhere'", Ran.AudioBsq([.. start, "nowhere"]).Expect(3).Messages);
    }

    [Fact]
    public void CausalVocoder_LooksAheadOfNoFrame()
    {
        string vocoder = Train("--causal"), started = model.New("causal.safetensors");

        string text = Ran.AudioBsq("info", vocoder).Expect(0).Output;
        Ran.AudioBsq("train-vocoder", model.Clips, "-o", started, "--steps", "1", "--device", "cpu", "--init-from", Train(), "--causal")
            .Expect(0);

        using var loaded = NeuralVocoder.Load(vocoder, "cpu");
        using var startedFromOne = NeuralVocoder.Load(started, "cpu");
        Assert.Equal((12, 0), (loaded.Options.FramesBefore, loaded.Options.FramesAfter));
        Assert.Equal(loaded.Options, startedFromOne.Options);
        Assert.Contains("12 frames before and 0 after", text);
    }

    [Fact]
    public void UnreadableClips_AreNamed_AndLeftOut()
    {
        string bad = model.New("bad.wav"), output = model.New("vocoder.safetensors");
        File.WriteAllText(bad, "no sound at all");

        var ran = Ran.AudioBsq(["train-vocoder", model.Clips, bad, "-o", output, .. Small]).Expect(1);

        Assert.Single(ran.MessageLines, line => line.Contains(bad, StringComparison.Ordinal));
        Assert.Contains("step 2 of 2", ran.Messages);
        Assert.Contains(output, ran.Output);
        Assert.True(File.Exists(output));
    }

    [Fact, Trait("Speed", "Slow")]
    public void NoVocoder_IsWrittenWhereNoneWasMade()
    {
        string bad = model.New("bad.wav"), output = model.New("vocoder.safetensors");
        File.WriteAllText(bad, "no sound at all");

        Ran.AudioBsq(["train-vocoder", bad, "-o", output, .. Small]).Expect(3);
        Ran.UntilFirstLine(ofOutput: false, ["train-vocoder", model.Clips, "-o", output, "--steps", "200", .. Small[2..]]).Expect(130);
        Assert.Contains("--width", Ran.AudioBsq("train-vocoder", model.Clips, "-o", output, "--width", "2").Expect(2).Messages);
        Assert.Contains(
            "would replace", Ran.AudioBsq("train-vocoder", model.Clips, "-o", model.Zip, "--tokenizer", model.Zip).Expect(2).Messages);

        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(output)!));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void VocoderOfOtherMels_IsRefused()
    {
        string folder = model.New("out");

        Assert.Contains(
            "other mel spectrograms",
            Ran.AudioBsq("reconstruct", model.Zip, model.Tokens(), "-o", folder, "--vocoder", Train()).Expect(3).Messages);
        Assert.Contains(
            "no vocoder file",
            Ran.AudioBsq("reconstruct", model.Zip, model.Tokens(), "-o", folder, "--vocoder", Tokenizer()).Expect(3).Messages);
        Assert.Contains(
            "nowhere", Ran.AudioBsq("reconstruct", model.Zip, model.Tokens(), "-o", folder, "--vocoder", "nowhere").Expect(3).Messages);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Info_TellsWhatAVocoderIs()
    {
        string vocoder = Train("--tokenizer", model.Zip);

        string text = Ran.AudioBsq("info", vocoder).Expect(0).Output, json = Ran.AudioBsq("info", vocoder, "--json").Expect(0).Output;

        Assert.Contains("16 bands (Htk)", text);
        Assert.Contains("1 blocks of width 8", text);
        Assert.Contains("\"kind\": \"vocoder\"", json);
        Assert.Contains("\"kind\": \"model\"", Ran.AudioBsq("info", Tokenizer(), "--json").Expect(0).Output);
    }

    private string Train(params string[] more)
    {
        string output = model.New("vocoder.safetensors");
        Ran.AudioBsq(["train-vocoder", model.Clips, "-o", output, .. Small, .. more]).Expect(0);
        return output;
    }

    private string Tokenizer()
    {
        string path = model.New("tokenizer.safetensors");
        using var tokenizer = AudioBsqModel.Create(Tests.Small.Options, Tests.Small.Mel, device: "cpu");
        tokenizer.Save(path);
        return path;
    }

    private static string[] Wavs(string folder) =>
        [.. Directory.GetFiles(folder, "*.wav", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
