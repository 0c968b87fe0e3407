using AudioBsq.Persistence;
using AudioBsq.Quantization;
using AudioBsq.Signal;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Inference;

/// <summary>Latents are what tokens are made of, for clips of any length, alone or together.</summary>
[NoTensorLeaks]
public class LatentsTests
{
    private const double Tolerance = 1e-4; // that the documentation states

    private static readonly MelSpectrogram Mel = new(StreamModels.Mel);

    public static TheoryData<string> Models => [.. StreamModels.All.Keys];

    [Theory, MemberData(nameof(Models)), Trait("Speed", "Slow")]
    public void EncodeLatents_GivesWhatTheTokensStandFor(string name)
    {
        using var model = StreamModels.New(name);
        var mels = Mels();

        float[][] latents = model.EncodeLatents(mels);

        Assert.Equal(model.Encode(mels), latents.Select(clip => Quantize(model, clip)));
    }

    [Theory, MemberData(nameof(Models)), Trait("Speed", "Slow")] // these are computed a second time, alone
    public void EncodeLatents_GivesWhatTheTokensStandFor_WhenEveryLatentIsCloseToAThreshold(string name)
    {
        using var model = StreamModels.New(name);
        using (NewDisposeScope())
        using (no_grad())
        {
            model.Content.Network.get_parameter("quant_embed.weight")!.narrow(0, 3, 1).mul_(1e-7);
        }

        var mels = Mels();

        float[][] latents = model.EncodeLatents(mels);

        Assert.Equal(model.Encode(mels), latents.Select(clip => Quantize(model, clip)));
    }

    [Theory, MemberData(nameof(Models)), Trait("Speed", "Slow")]
    public void EncodeLatents_DependsOnOtherClipsByRoundingAlone(string name)
    {
        using var model = StreamModels.New(name);
        var mels = Mels();

        float[][] together = model.EncodeLatents(mels);

        for (int i = 0; i < mels.Length; i++) Close.To(model.EncodeLatents(mels[i]), together[i], Tolerance, $"clip {i}");
    }

    [Fact]
    public void EncodeLatents_OfFiniteScalars_HasOneValueForEachLevel()
    {
        var quantizer = new QuantizerOptions { Kind = QuantizerKind.FiniteScalar, Bits = 10, Levels = [16, 8, 8] };
        using var model = AudioBsqModel.Create(Small.Options with { Quantizer = quantizer }, Small.Mel, device: "cpu");
        float[] mel = Small.Mels(1, 70)[0];

        float[] latents = model.EncodeLatents(mel);

        Assert.Equal(3, quantizer.Dimension);
        Assert.Equal(model.Options.TokensOf(70) * 3, latents.Length);
        Assert.Equal(model.Encode(mel), Quantize(model, latents));
    }

    [Fact]
    public void EncodeLatents_Stops_WhenCancelled()
    {
        using var model = AudioBsqModel.Create(Small.Options, Small.Mel, device: "cpu");

        Assert.Throws<OperationCanceledException>(() => model.EncodeLatents([Small.Mels(1, 70)[0]], new CancellationToken(canceled: true)));
    }

    [Fact]
    public void EncodeLatents_IsRefused_WhenThereIsNoEncoder()
    {
        using var model = DecoderOnly();

        Assert.Contains(
            "cannot encode", Assert.Throws<NotSupportedException>(() => model.EncodeLatents(Small.Mels(1, 70)[0])).Message);
    }

    internal static AudioBsqModel DecoderOnly()
    {
        using var whole = AudioBsqModel.Create(Small.Options, Small.Mel, device: "cpu");
        using var stream = new MemoryStream();
        ModelFile.Write(stream, whole.Content, ModelParts.Decoder);
        stream.Position = 0;
        return AudioBsqModel.Load(stream, "cpu");
    }

    /// <summary>From nothing to several windows.</summary>
    internal static ReadOnlyMemory<float>[] Mels()
    {
        int[] samples = [0, 100, 500, 5_000, 9_000, 10_400, 14_000, 21_000, 40_000];
        return [.. samples.Select((count, i) => (ReadOnlyMemory<float>)(count == 0 ? [] : Mel.Extract(StreamModels.Sound(count, i % 2))))];
    }

    private static int[] Quantize(AudioBsqModel model, float[] latents)
    {
        using var scope = NewDisposeScope();
        var quantizer = model.Content.Quantizer;
        var codes = quantizer.Quantize(tensor(latents).reshape(1, -1, quantizer.Dimension));
        return [.. quantizer.ToTokens(codes).data<long>().Select(token => (int)token)];
    }
}
