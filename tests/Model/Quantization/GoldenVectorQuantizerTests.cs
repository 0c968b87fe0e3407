using System.Text.Json;
using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Quantization;
using AudioBsq.Reference;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Quantization;

/// <summary>The vector quantizer between the same encoder and decoder, against the reference's numbers.</summary>
[NoTensorLeaks]
public class GoldenVectorQuantizerTests
{
    public static TheoryData<string> Cases => [.. TestData.Golden("models", "v_*.json")];

    [Theory, MemberData(nameof(Cases))]
    public void Model_AgreesWithReference(string path)
    {
        using var scope = NewDisposeScope();
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        var (config, scalars) = (document.RootElement.GetProperty("config"), document.RootElement.GetProperty("scalars"));
        var io = SafetensorsReader.ReadFile(Path.ChangeExtension(path, "io.safetensors"));
        using var model = new VectorModel(config);
        NetworkWeights.Load(model, SafetensorsReader.ReadFile(Path.ChangeExtension(path, "weights.safetensors")), path);
        var input = NetworkWeights.ToTensor(io["input"]);

        var z = model.Encode(input);
        var (codes, tokens, loss) = model.Quantizer.Forward(z);
        var recon = model.Decode(codes).clamp(model.Options.MinLevel, model.Options.MaxLevel);
        var total = (input - recon).abs().mean() + loss * 0.1;
        total.backward();

        Close.To(io["eval.z_raw"].ToSingles(), z, 1e-5, "latents");
        Close.To(io["eval.zq"].ToSingles(), codes, 1e-6, "codes");
        Assert.Equal(io["eval.indices"].ToInt64s(), tokens.data<long>().ToArray());
        Close.To(io["eval.recon"].ToSingles(), recon, 1e-5, "reconstruction");
        Close.To(scalars.GetProperty("eval").GetProperty("quant_loss").GetDouble(), loss.item<float>(), 1e-5, "loss");
        Close.To(scalars.GetProperty("eval").GetProperty("H").GetDouble(), model.Quantizer.Entropy(tokens).item<float>(), 1e-5, "entropy");
        Close.To(scalars.GetProperty("train").GetProperty("loss").GetDouble(), total.item<float>(), 1e-5, "total loss");
        var parameters = model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        foreach (string name in io.Keys.Where(name => name.StartsWith("grad.", StringComparison.Ordinal)))
        {
            float[] expected = io[name].ToSingles();
            Close.To(expected, parameters[name[5..]].grad!, 1e-4 * expected.Max(Math.Abs), name);
        }

        model.zero_grad();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Forward_FindsTheNearestEntry(bool normalize)
    {
        manual_seed(1);
        using var scope = NewDisposeScope();
        using var quantizer = new VectorQuantizer(10, 3, normalize);
        var entries = quantizer.ToCodes(arange(10, ScalarType.Int64));

        var (codes, tokens, loss) = quantizer.Forward(entries.detach());

        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), tokens.data<long>().ToArray());
        Close.To(entries, codes, 1e-6);
        Close.To(0, loss.item<float>(), 1e-6);
        Close.To(Math.Log(10), quantizer.Entropy(tokens).item<float>(), 0.002);
    }

    private sealed class VectorModel : nn.Module
    {
        private readonly Encoder _encoder;
        private readonly Decoder _decoder;
        private readonly TorchSharp.Modules.Linear _down, _up;

        public VectorModel(JsonElement config) : base(nameof(VectorModel))
        {
            int dimension = config.GetProperty("embed_dim").GetInt32();
            using var known = JsonDocument.Parse($$"""{ "audioconfig": {{config.GetProperty("audioconfig")}}, "embed_dim": {{dimension}}, "clamp_range": {{config.GetProperty("clamp_range")}} }""");
            Options = ReferenceConfiguration.ToOptions(known.RootElement);
            Options = Options with { Decoder = Options.Encoder with { HeadWidth = config.GetProperty("dim_ffn_output").GetInt32() } };
            (_encoder, _decoder) = (new Encoder(Options), new Decoder(Options));
            Quantizer = new VectorQuantizer(config.GetProperty("n_embed").GetInt32(), dimension, config.GetProperty("l2_norm").GetBoolean());
            (_down, _up) = (nn.Linear(Options.Encoder.Width, dimension), nn.Linear(dimension, Options.Encoder.Width));
            register_module("encoder", _encoder);
            register_module("decoder", _decoder);
            register_module("quantize", Quantizer);
            register_module("quant_embed", _down);
            register_module("post_quant_embed", _up);
        }

        public AudioBsqOptions Options { get; }

        public VectorQuantizer Quantizer { get; }

        public Tensor Encode(Tensor x) => _down.call(_encoder.call(Patches.Split(x, Options), new PositionMask(null, false, null, null), null));

        public Tensor Decode(Tensor codes) => Patches.Join(_decoder.call(_up.call(codes), new PositionMask(null, false, null, null), null), Options);
    }
}
