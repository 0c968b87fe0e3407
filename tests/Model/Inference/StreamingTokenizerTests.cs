using AudioBsq.Signal;

namespace AudioBsq.Tests.Model.Inference;

/// <summary>Tokens of a sound that comes in pieces are those of the whole.</summary>
[NoTensorLeaks]
public class StreamingTokenizerTests
{
    private static readonly MelSpectrogram Mel = new(StreamModels.Mel);

    public static TheoryData<string> Models => [.. StreamModels.All.Keys];

    public static TheoryData<string> CausalModels => [.. StreamModels.CausalNames];

    [Theory, MemberData(nameof(Models))]
    [Trait("Speed", "Slow")]
    public void Accept_GivesTheTokensOfTheWhole_HoweverItIsCut(string name)
    {
        using var model = StreamModels.New(name);
        using var stream = model.CreateStreamingTokenizer();
        float[] sound = StreamModels.Sound(60_000);
        int[] whole = model.Encode(Mel.Extract(sound));
        var random = new Random(1);

        for (int round = 0; round < 5; round++)
        {
            List<int> tokens = [];
            foreach (var piece in StreamModels.Pieces(sound.Length, 40_000, random)) tokens.AddRange(stream.Accept(sound.AsSpan(piece)));
            tokens.AddRange(stream.Flush());

            Assert.Equal(whole, tokens);
        }

        Assert.InRange(whole.Distinct().Count(), 20, 512);
    }

    [Theory, MemberData(nameof(Models))]
    [Trait("Speed", "Slow")]
    public void Accept_GivesTheTokensOfTheWhole_OfAnyLength(string name)
    {
        using var model = StreamModels.New(name);
        using var stream = model.CreateStreamingTokenizer();
        int[] lengths =
        [
            0, 1, 159, 160, 161, 511, 512, 513,
            64 * 160 - 1, 64 * 160, 64 * 160 + 1, 1024 * 160 - 1, 1024 * 160, 1024 * 160 + 1,
        ];
        foreach (int length in lengths)
        {
            float[] sound = StreamModels.Sound(length);

            int[] tokens = [.. stream.Accept(sound), .. stream.Flush()];

            Assert.Equal(model.Options.TokensOf(StreamModels.Mel.FramesOf(length)), tokens.Length);
            Assert.Equal(model.Encode(Mel.Extract(sound)), tokens);
        }
    }

    [Theory, MemberData(nameof(Models))]
    [Trait("Speed", "Slow")]
    public void RestoreState_GoesOnInAnotherStream(string name)
    {
        using var model = StreamModels.New(name);
        float[] sound = StreamModels.Sound(50_000, clip: 1);
        int[] whole = model.Encode(Mel.Extract(sound));
        var random = new Random(2);

        for (int round = 0; round < 3; round++)
        {
            List<int> tokens = [];
            var stream = model.CreateStreamingTokenizer();
            foreach (var piece in StreamModels.Pieces(sound.Length, 20_000, random))
            {
                tokens.AddRange(stream.Accept(sound.AsSpan(piece)));
                byte[] state = stream.SaveState();
                (long samples, long count) = (stream.Samples, stream.Tokens);
                stream.Dispose();
                stream = model.CreateStreamingTokenizer();
                stream.RestoreState(state);

                Assert.Equal((samples, count), (stream.Samples, stream.Tokens));
            }

            tokens.AddRange(stream.Flush());
            stream.Dispose();

            Assert.Equal(whole, tokens);
        }
    }

    [Theory, MemberData(nameof(CausalModels))]
    [Trait("Speed", "Slow")]
    public void Accept_GivesTokensThatDoNotDependOnLaterSamples(string name)
    {
        using var model = StreamModels.New(name);
        float[] sound = StreamModels.Sound(30_000);
        int[] tokens = model.Encode(Mel.Extract(sound));
        var random = new Random(3);

        for (int round = 0; round < 10; round++)
        {
            int changed = random.Next(sound.Length);
            float[] other = [.. sound];
            for (int i = changed; i < other.Length; i++) other[i] = (float)(random.NextDouble() - 0.5);

            int[] found = model.Encode(Mel.Extract(other));

            // A token ends with the window of the last frame of its time step.
            int perStep = model.Options.PatchesPerStep;
            int ended = Enumerable.Range(0, tokens.Length / perStep).Count(step => (step * 2 + 1) * 160 + 512 <= changed) * perStep;
            Assert.Equal(tokens[..ended], found[..ended]);
            Assert.NotEqual(tokens, found);
        }
    }

    [Theory, MemberData(nameof(CausalModels))]
    public void Accept_GivesATokenAsSoonAsItIsCertain(string name)
    {
        using var model = StreamModels.New(name);
        using var stream = model.CreateStreamingTokenizer();
        float[] sound = StreamModels.Sound(5_000);
        int perStep = model.Options.PatchesPerStep;

        for (int i = 0; i < sound.Length; i++)
        {
            stream.Accept(sound.AsSpan(i, 1));

            long samples = i + 1, complete = samples <= 512 ? 0 : 1 + (samples - 512) / 160; // frames with whole windows
            Assert.Equal(complete / 2 * perStep, stream.Tokens);
        }

        Assert.Equal(2 * 160 + 512, stream.LatencySamples);
        Assert.Equal(TimeSpan.FromMilliseconds(52), stream.Latency);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Accept_KeepsNoMoreOfALongSoundThanOfAShortOne()
    {
        using var model = StreamModels.New("block-causal");
        using var stream = model.CreateStreamingTokenizer();
        float[] sound = StreamModels.Sound(16_000);
        stream.Accept(sound);
        int size = stream.SaveState().Length;

        for (int second = 0; second < 60; second++) stream.Accept(sound);

        Assert.InRange(stream.SaveState().Length, 1, size + 2048);
        Assert.Equal(61 * 16_000, stream.Samples);
    }

    [Fact]
    public void Accept_AddsNothingOfAPieceWithABadSample()
    {
        using var model = StreamModels.New("block-causal");
        using var stream = model.CreateStreamingTokenizer();
        float[] sound = StreamModels.Sound(4_000);
        int[] first = stream.Accept(sound);

        Assert.Throws<ArgumentException>(() => stream.Accept([0, float.NaN]));
        int[] tokens = [.. first, .. stream.Accept(sound), .. stream.Flush()];

        Assert.Equal(model.Encode(Mel.Extract([.. sound, .. sound])), tokens);
    }

    [Fact]
    public void RestoreState_RefusesOtherModelsKindsAndDamage()
    {
        using var model = StreamModels.New("block-causal");
        using var other = StreamModels.New("rows");
        using var stream = model.CreateStreamingTokenizer();
        using var reconstructor = model.CreateStreamingReconstructor();
        stream.Accept(StreamModels.Sound(9_000));
        byte[] state = stream.SaveState();
        using var stranger = other.CreateStreamingTokenizer();

        var otherModel = Assert.Throws<InvalidDataException>(() => stranger.RestoreState(state));
        var otherKind = Assert.Throws<InvalidDataException>(() => reconstructor.RestoreState(state));
        Assert.Contains(model.Fingerprint, otherModel.Message);
        Assert.Contains("tokenizer, not of a reconstructor", otherKind.Message);
        for (int i = 0; i < state.Length; i += 97)
        {
            byte[] damaged = [.. state];
            damaged[i] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => stream.RestoreState(damaged));
            Assert.Throws<InvalidDataException>(() => stream.RestoreState(state[..i]));
        }

        Assert.Equal(0, stream.Samples);
    }

    [Fact]
    public void New_RefusesMelsThatDependOnTheWholeFile()
    {
        var mel = StreamModels.Mel with { Level = MelLevel.FileMaximum };
        using var model = AudioBsqModel.Create(StreamModels.All["windows"], mel, device: "cpu");

        Assert.Contains("FileMaximum", Assert.Throws<NotSupportedException>(() => model.CreateStreamingTokenizer()).Message);
    }
}
