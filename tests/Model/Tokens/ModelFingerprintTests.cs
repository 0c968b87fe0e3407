using AudioBsq.Persistence;
using Microsoft.ML;

namespace AudioBsq.Tests.Model.Tokens;

[NoTensorLeaks]
public class ModelFingerprintTests
{
    [Fact]
    public void Fingerprint_IsTheSame_HoweverTheModelWasSaved()
    {
        using var model = Create();
        string file = Path.Combine(TestData.NewFolder(), "model");
        model.Save(file);
        using var loaded = AudioBsqModel.Load(file, "cpu");
        using var encoder = Half(model, ModelParts.Encoder);
        using var decoder = Half(model, ModelParts.Decoder);
        using var again = Half(decoder, ModelParts.Decoder);

        Assert.Matches("^[0-9a-f]{32}$", model.Fingerprint);
        Assert.All(new[] { loaded, encoder, decoder, again }, copy => Assert.Equal(model.Fingerprint, copy.Fingerprint));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public void Fingerprint_IsTheSame_InAPipeline()
    {
        using var model = Create();
        var ml = new MLContext { GpuDeviceId = -1 };
        var none = ml.Data.LoadFromEnumerable<Row>([]);
        var pipeline = ml.Transforms.LoadAudio("Waveform", "Path").Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", Small.Mel))
            .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", model));
        using var stream = new MemoryStream();
        ml.Model.Save(pipeline.Fit(none), none.Schema, stream);

        var loaded = ml.Model.Load(stream, out _);

        var tokenizer = ((IEnumerable<ITransformer>)loaded).OfType<AudioBsq.MLNet.AudioTokenizerTransformer>().Single();
        Assert.Equal(model.Fingerprint, tokenizer.Model.Fingerprint);
        ((IDisposable)loaded).Dispose();
    }

    [Fact]
    public void Fingerprint_TellsModelsApart()
    {
        using AudioBsqModel model = Create(), same = Create(), seed = Create(seed: 2);
        using var mel = AudioBsqModel.Create(Small.Options, Small.Mel with { MinFrequency = 20 }, device: "cpu");
        using var options = AudioBsqModel.Create(Small.Options with { MinLevel = -90 }, Small.Mel, device: "cpu");
        using var spelledOut = AudioBsqModel.Create(Small.Options with { Decoder = Small.Options.Encoder }, Small.Mel, device: "cpu");

        Assert.Equal(model.Fingerprint, same.Fingerprint);
        Assert.Equal(model.Fingerprint, spelledOut.Fingerprint);
        Assert.Equal(4, new[] { model, seed, mel, options }.Select(each => each.Fingerprint).Distinct().Count());
    }

    [Fact]
    public void TokensOfAnotherModel_AreRefused_WithBothNames()
    {
        using AudioBsqModel model = Create(), other = Create(seed: 2);
        var header = model.CreateTokenHeader("mine");

        header.CheckMadeBy(model.CreateTokenHeader("renamed"));
        string message = Assert.Throws<InvalidDataException>(() => header.CheckMadeBy(other.CreateTokenHeader("yours"))).Message;

        foreach (string part in new[] { "'mine'", "'yours'", model.Fingerprint, other.Fingerprint }) Assert.Contains(part, message);
        Assert.Throws<InvalidDataException>(() => (header with { HopLength = 161 }).CheckMadeBy(model.CreateTokenHeader("mine")));
    }

    [Fact]
    public void Header_HasTheFactsOfTheModel()
    {
        using var model = Create();

        var header = model.CreateTokenHeader("mine", 800);

        Assert.Equal(
            (16_000, 160, 4, 2, 9, 800L),
            (header.SampleRate, header.HopLength, header.FramesPerStep, header.TokensPerStep, header.BitsPerToken, header.Samples));
        Assert.Equal(100, header.StepsPerChunk); // 4 s of 25 steps
        Assert.Equal(450, header.BitsPerSecond);
        for (int samples = 0; samples < 3000; samples += 7)
            Assert.Equal(Small.Options.TokensOf(Small.Mel.FramesOf(samples)), header.StepsOf(samples) * 2);
    }

    [Fact] // what is in a file: a change of it would make strangers of all models that are in use
    public void Fingerprint_OfAFixedModel_NeverChanges()
    {
        using var model = Create();
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var noGradients = TorchSharp.torch.no_grad();
        foreach (var (_, weights) in model.Content.Network.state_dict())
        {
            if (weights.dtype == TorchSharp.torch.ScalarType.Float32) weights.fill_(0.5);
        }

        Assert.Equal("95179f4fc5f39b65a6fe0d2338c9f37d", model.Fingerprint);
    }

    private static AudioBsqModel Create(int seed = 1) => AudioBsqModel.Create(Small.Options, Small.Mel, seed, "cpu");

    private static AudioBsqModel Half(AudioBsqModel model, ModelParts parts)
    {
        using var stream = new MemoryStream();
        ModelFile.Write(stream, model.Content, parts);
        stream.Position = 0;
        return new(ModelFile.Read(stream, "half", "cpu"));
    }

    private sealed class Row
    {
        public string Path { get; set; } = "";
    }
}
