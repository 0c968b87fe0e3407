using System.Text;
using AudioBsq.Persistence;
using AudioBsq.Vocoding;
using Xunit.Abstractions;

namespace AudioBsq.Tests.Model.Vocoding;

[NoTensorLeaks]
public class VocoderFileTests(ITestOutputHelper output)
{
    [Fact]
    public void Load_UndoesSave()
    {
        using var vocoder = SmallVocoder.Create();
        string path = Path.Combine(TestData.NewFolder(), "vocoder.safetensors");
        vocoder.Save(path);

        using var loaded = NeuralVocoder.Load(path, "cpu");

        float[] mel = Small.Mels(3, 70)[0];
        Assert.Equal((vocoder.Options, vocoder.Mel, vocoder.ParameterCount), (loaded.Options, loaded.Mel, loaded.ParameterCount));
        Assert.Equal(vocoder.Synthesize(mel), loaded.Synthesize(mel));
        Assert.Equal(File.ReadAllBytes(path), Saved(loaded));
    }

    [Fact]
    public void Streams_AreLoadedFrom_AndStayOpen()
    {
        using var vocoder = SmallVocoder.Create();
        using var stream = new MemoryStream(Saved(vocoder));

        using var loaded = NeuralVocoder.Load(new OneWayStream(stream), "cpu");

        Assert.Equal(Saved(vocoder), Saved(loaded));
        Assert.True(stream.CanRead);
    }

    [Fact] // the text that files held before networks could look ahead less
    public void OldFiles_AreOfCentredNetworks()
    {
        const string Old = """{"Width":24,"Layers":2,"Kernel":5,"Expansion":3,"InversionIterations":5}""";
        var causal = SmallVocoder.Options with { LookAheadFrames = 0 };

        var options = OptionsJson.Read<VocoderOptions>(Old, "test", o => o.Validate());

        Assert.Equal(SmallVocoder.Options, options);
        Assert.Equal((6, 6), (options.FramesBefore, options.FramesAfter));
        Assert.Equal(Old, OptionsJson.Write(options));
        Assert.Equal(causal, OptionsJson.Read<VocoderOptions>(OptionsJson.Write(causal), "test", o => o.Validate()));
        string invalid = Old.Replace("5}", "5,\"LookAheadFrames\":7}");
        var error = Assert.Throws<InvalidDataException>(() => OptionsJson.Read<VocoderOptions>(invalid, "test", o => o.Validate()));
        Assert.Contains("ContextFrames", error.Message);
    }

    [Fact]
    public void Load_UndoesSave_OfACausalNetwork()
    {
        using var vocoder = NeuralVocoder.Create(SmallVocoder.Options with { LookAheadFrames = 0 }, SmallVocoder.Mel, device: "cpu");
        float[] mel = Small.Mels(3, 30)[0];

        using var loaded = VocoderFile.Read(new MemoryStream(Saved(vocoder)), "test", "cpu");

        Assert.Equal(0, loaded.Options.FramesAfter);
        Assert.Equal(vocoder.Synthesize(mel), loaded.Synthesize(mel));
    }

    [Fact] // field names are what saved vocoders hold
    public void Layout_IsTheNetworks()
    {
        using var vocoder = SmallVocoder.Create();

        string Text(string name, IEnumerable<long> shape) => $"{name} ({string.Join(", ", shape)})";

        string[] layout = [.. VocoderNetwork.Layout(vocoder.Options, vocoder.Mel).Select(entry => Text(entry.Name, entry.Shape))];
        Assert.Equal(
            vocoder.Network.state_dict().Select(entry => Text(entry.Key, entry.Value.shape)).Order(StringComparer.Ordinal),
            layout.Order(StringComparer.Ordinal));
        Assert.Equal(vocoder.Network.parameters().Sum(weights => weights.numel()), vocoder.ParameterCount);
        Assert.Contains("blocks.1.depthwise.weight (24, 1, 5)", layout);
    }

    [Fact]
    public void Load_RefusesWhatIsNoVocoder()
    {
        using var vocoder = SmallVocoder.Create();
        byte[] saved = Saved(vocoder), turned = [.. saved];
        turned[^5] ^= 1;
        using var model = AudioBsqModel.Create(Small.Options, Small.Mel, device: "cpu");
        using var tokenizer = new MemoryStream();
        ModelFile.Write(tokenizer, model.Content, ModelParts.All);

        Assert.Contains("SHA-256", Error(turned));
        Assert.Contains("format is 'audiobsq-model'", Error(tokenizer.ToArray()));
        Assert.Contains("weights", Error(Replace(saved, "\\u0022Width\\u0022:24", "\\u0022Width\\u0022:96")));
        Assert.Contains("weights", Error(Replace(saved, "\\u0022Layers\\u0022:2", "\\u0022Layers\\u0022:9")));
        Assert.Contains("HopLength", Error(Replace(saved, "\\u0022HopLength\\u0022:160", "\\u0022HopLength\\u0022:360")));
        Assert.Contains("SHA-256", Error(Replace(saved, "\\u0022HopLength\\u0022:160", "\\u0022HopLength\\u0022:150")));
        Assert.Contains("Wodth", Error(Replace(saved, "\\u0022Width\\u0022", "\\u0022Wodth\\u0022")));
        Error(saved[..^1]);
    }

    [Theory, InlineData("cpu"), InlineData("onnx")]
    public void DamagedFiles_AreReadOrRefused(string device)
    {
        var mel = SmallVocoder.Mel with { FftLength = 64, HopLength = 16 };
        using var vocoder = NeuralVocoder.Create(SmallVocoder.Options with { Width = 8, Layers = 1 }, mel, device: "cpu");
        byte[] saved = Saved(vocoder);

        new DamageReport(output, typeof(InvalidDataException)).Run(
            random => random.Next(3) == 0 ? Mutations.OfBytes(saved, random) : Mutations.OfHeader(saved, random),
            file => VocoderFile.Read(new MemoryStream(file), "vocoder", device).Dispose());
    }

    private static string Error(byte[] file) =>
        Assert.Throws<InvalidDataException>(() => VocoderFile.Read(new MemoryStream(file), "test", "cpu").Dispose()).Message;

    private static byte[] Saved(NeuralVocoder vocoder)
    {
        using var stream = new MemoryStream();
        vocoder.Save(stream);
        return stream.ToArray();
    }

    private static byte[] Replace(byte[] bytes, string from, string to)
    {
        int at = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(from));
        Assert.True(at > 0 && from.Length == to.Length, from);
        byte[] copy = [.. bytes];
        Encoding.ASCII.GetBytes(to).CopyTo(copy, at);
        return copy;
    }
}
