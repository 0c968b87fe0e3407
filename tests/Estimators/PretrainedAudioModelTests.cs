using AudioBsq.MLNet;
using AudioBsq.Vocoding;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Estimators;

/// <summary>A trained model of one's own, as a package would bring it.</summary>
public class PretrainedAudioModelTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Weights_AreReadWhenTheyAreNeeded_Once()
    {
        using var model = MelData.Model();
        var file = new MemoryStream();
        model.Save(file);
        int opened = 0;
        var pretrained = new PretrainedAudioModel("mine", Open, () => throw new InvalidOperationException("no vocoder is needed"));
        Assert.Equal(0, opened);

        _ml.Transforms.TokenizeAudio("Tokens", "Mel", pretrained);
        _ml.Transforms.ReconstructAudio("Again", "Tokens", pretrained);
        _ml.Transforms.ExtractAudioEmbedding("Features", "Mel", pretrained);
        Assert.Equal(1, opened);
        using var own = pretrained.LoadTokenizer("cpu");

        Assert.Equal(2, opened);
        Assert.Equal(model.Fingerprint, own.Fingerprint);

        Stream Open()
        {
            opened++;
            return new MemoryStream(file.ToArray());
        }
    }

    [Fact]
    public void DamagedWeights_AreRefused()
    {
        using var model = MelData.Model();
        var file = new MemoryStream();
        model.Save(file);
        byte[] bytes = file.ToArray();
        bytes[^5] ^= 1;
        var pretrained = new PretrainedAudioModel("mine", () => new MemoryStream(bytes), () => new MemoryStream(bytes));

        Assert.Throws<InvalidDataException>(() => _ml.Transforms.TokenizeAudio("Tokens", "Mel", pretrained));
        Assert.Throws<InvalidDataException>(() => _ml.Transforms.SynthesizeAudio("Sound", "Mel", pretrained));
        Assert.Throws<InvalidDataException>(() => pretrained.LoadTokenizer("cpu"));
    }

    [Fact]
    public void BadArguments_AreNamed()
    {
        static Stream Nothing() => Stream.Null;
        Assert.Throws<ArgumentException>("name", () => new PretrainedAudioModel("", Nothing, Nothing));
        Assert.Throws<ArgumentNullException>("openTokenizer", () => new PretrainedAudioModel("mine", null!, Nothing));
        Assert.Throws<ArgumentNullException>("openVocoder", () => new PretrainedAudioModel("mine", Nothing, null!));
        Assert.ThrowsAny<ArgumentException>(() => new PretrainedAudioModel("mine", Nothing, Nothing, -1));
        Assert.Throws<ArgumentNullException>("pretrained", () => _ml.Transforms.TokenizeAudio("Tokens", "Mel", pretrained: null!));
        Assert.Throws<ArgumentNullException>("pretrained", () => _ml.Transforms.ReconstructAudio("Mel", "Tokens", pretrained: null!));
        Assert.Throws<ArgumentNullException>("pretrained", () => _ml.Transforms.SynthesizeAudio("Sound", "Mel", pretrained: null!));
        Assert.Throws<ArgumentNullException>("pretrained", () => _ml.Transforms.ExtractAudioEmbedding("F", "Mel", pretrained: null!));
    }

    [Fact]
    public void Vocoder_IsItsOwn_WithItsRoundsOfGriffinLim()
    {
        var mel = Small.Mel with { FftLength = 512 };
        using var vocoder = NeuralVocoder.Create(new VocoderOptions { Width = 8, Layers = 1 }, mel, device: "cpu");
        var file = new MemoryStream();
        vocoder.Save(file);
        var pretrained = new PretrainedAudioModel(
            "mine", () => throw new InvalidOperationException("no tokenizer is needed"), () => new MemoryStream(file.ToArray()), 2);
        float[] levels = [.. Enumerable.Range(0, mel.Bands * 20).Select(i => -20 - i % 30f)];
        var data = _ml.Data.LoadFromEnumerable([new { Mel = levels }]);

        var sound = _ml.Transforms.SynthesizeAudio("Sound", "Mel", pretrained).Fit(data).Transform(data);

        Assert.Equal(vocoder.Synthesize(levels, null, 2), sound.GetColumn<float[]>("Sound").Single());
    }
}
