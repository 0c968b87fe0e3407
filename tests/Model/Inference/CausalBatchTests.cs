using AudioBsq.Networks;
using AudioBsq.Signal;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Inference;

/// <summary>Clips of a causal model that run together, and steps that a stream runs one by one or many at once.</summary>
[NoTensorLeaks]
[Trait("Speed", "Slow")]
public class CausalBatchTests
{
    private static readonly MelSpectrogram Mel = new(StreamModels.Mel);

    public static TheoryData<string> CausalModels => [.. StreamModels.CausalNames];

    [Theory, MemberData(nameof(CausalModels))]
    public void Encode_GivesEachClipTheTokensThatItHasAlone(string name)
    {
        using var model = StreamModels.New(name);
        var mels = Mels();

        int[][] together = model.Encode(mels);

        for (int i = 0; i < mels.Length; i++) Assert.Equal(model.Encode([mels[i]])[0], together[i]);
        Assert.InRange(together.SelectMany(tokens => tokens).Distinct().Count(), 20, 512);
    }

    [Theory, MemberData(nameof(CausalModels))]
    public void Decode_GivesEachClipTheFramesThatItHasAlone(string name)
    {
        using var model = StreamModels.New(name);
        ReadOnlyMemory<int>[] tokens = [.. model.Encode(Mels()).Select(clip => (ReadOnlyMemory<int>)clip)];

        float[][] together = model.Decode(tokens);

        for (int i = 0; i < tokens.Length; i++) Close.To(model.Decode([tokens[i]])[0], together[i], 1e-3);
    }

    [Theory, MemberData(nameof(CausalModels))]
    public void Encode_GivesTheTokensOfAStream_WhenEveryLatentIsClose(string name)
    {
        using var model = StreamModels.New(name);
        using (NewDisposeScope())
        using (no_grad())
        {
            model.Content.Network.get_parameter("quant_embed.weight")!.narrow(0, 3, 1).mul_(1e-7);
        }

        using var stream = model.CreateStreamingTokenizer();
        float[] sound = StreamModels.Sound(20_000);
        var mels = Mels();

        int[] streamed = [.. stream.Accept(sound), .. stream.Flush()];

        Assert.Equal(streamed, model.Encode([.. mels, Mel.Extract(sound)])[^1]);
    }

    [Theory, MemberData(nameof(CausalModels))]
    public void Latents_HaveTheSameBits_HoweverManyStepsRunAtOnce(string name)
    {
        using var model = StreamModels.New(name);
        float[] mel = Mel.Extract(StreamModels.Sound(16_000));

        float[] oneByOne = Latents(model, mel, 1);

        foreach (int steps in new[] { 2, 3, 7, 50 }) Assert.Equal(oneByOne, Latents(model, mel, steps));
    }

    // More than run at once, from nothing to several windows.
    private static ReadOnlyMemory<float>[] Mels()
    {
        var random = new Random(5);
        ReadOnlyMemory<float> Clip(int i) => Mel.Extract(StreamModels.Sound(i * random.Next(1, 700), i % 2));
        return [.. Enumerable.Range(0, 70).Select(Clip)];
    }

    private static float[] Latents(AudioBsqModel model, float[] mel, int atOnce)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var rowByRow = RowLinear.Use();
        var (network, options) = (model.Content.Network, model.Options);
        using var cache = new CausalCache(options.Encoder, options);
        int values = atOnce * options.PatchFrames * options.Bands;
        return [.. mel.Chunk(values).SelectMany(part =>
        {
            var batch = MelBatch.Of([part], options, CPU);
            return network.Encode(network.Scale(batch.Mel), valid: null, cache).flatten().data<float>().ToArray();
        })];
    }
}
