using AudioBsq.Vocoding;
using TorchSharp;

namespace AudioBsq.Tests.Model.Persistence;

/// <summary>Files with weights in half precision.</summary>
[NoTensorLeaks]
public class HalfPrecisionTests
{
    private static readonly float[] Mel = Small.Mels(12, 50)[0];

    [Fact]
    public void Model_TakesHalfTheRoom_AndComputesAlmostTheSame()
    {
        using var model = AudioBsqModel.Create(Small.Options, Small.Mel, seed: 5, device: "cpu");
        byte[] full = Bytes(model, WeightPrecision.Full), half = Bytes(model, WeightPrecision.Half);
        using var loaded = AudioBsqModel.Load(new MemoryStream(half), "cpu");

        Assert.InRange(full.Length - half.Length, 2 * model.ParameterCount - 64, 2 * model.ParameterCount + 64);
        Close.To(model.EncodeLatents(Mel), loaded.EncodeLatents(Mel), 5e-3);
        Assert.NotEqual(model.Fingerprint, loaded.Fingerprint);
    }

    [Fact]
    public void Model_OfRoundedWeights_IsTheSameInBothPrecisions()
    {
        using var model = AudioBsqModel.Create(Small.Options, Small.Mel, seed: 5, device: "cpu");
        using var rounded = AudioBsqModel.Load(new MemoryStream(Bytes(model, WeightPrecision.Half)), "cpu");
        using var again = AudioBsqModel.Load(new MemoryStream(Bytes(rounded, WeightPrecision.Full)), "cpu");

        Assert.Equal(rounded.Fingerprint, again.Fingerprint);
        Assert.Equal(rounded.Encode(Mel), again.Encode(Mel));
        Assert.Equal(Bytes(rounded, WeightPrecision.Half), Bytes(again, WeightPrecision.Half));
    }

    [Fact]
    public void Model_WithAWeightThatIsTooLarge_IsRefused()
    {
        using var model = AudioBsqModel.Create(Small.Options, Small.Mel, seed: 5, device: "cpu");
        using (torch.no_grad()) model.Content.Network.state_dict()["quant_embed.bias"].fill_(70_000f.ToScalar());

        var e = Assert.Throws<NotSupportedException>(() => Bytes(model, WeightPrecision.Half));

        Assert.Contains("'quant_embed.bias' has weights beyond 65500", e.Message);
        Bytes(model, WeightPrecision.Full);
    }

    [Fact]
    public void Vocoder_TakesHalfTheRoom()
    {
        var mel = Small.Mel with { FftLength = 512 };
        using var vocoder = NeuralVocoder.Create(new VocoderOptions { Width = 8, Layers = 1 }, mel, device: "cpu");
        using var full = new MemoryStream();
        using var half = new MemoryStream();
        vocoder.Save(full, WeightPrecision.Full);
        vocoder.Save(half, WeightPrecision.Half);
        half.Position = 0;
        using var loaded = NeuralVocoder.Load(half, "cpu");

        Assert.InRange(full.Length - half.Length, 2 * vocoder.ParameterCount - 64, 2 * vocoder.ParameterCount + 64);
        Assert.Equal(vocoder.Options, loaded.Options);
        Close.To(vocoder.Synthesize(Levels(mel.Bands)), loaded.Synthesize(Levels(mel.Bands)), 1e-2);
    }

    private static float[] Levels(int bands) => [.. Enumerable.Range(0, bands * 20).Select(i => -20 - i % 30f)];

    private static byte[] Bytes(AudioBsqModel model, WeightPrecision precision)
    {
        using var stream = new MemoryStream();
        model.Save(stream, precision);
        return stream.ToArray();
    }
}
