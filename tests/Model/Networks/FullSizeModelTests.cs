using System.Text.Json;
using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Reference;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Networks;

/// <summary>The small variant at full size against the reference. The weights are a formula, so no large file is needed.</summary>
[NoTensorLeaks]
[Trait("Speed", "Slow")]
public class FullSizeModelTests
{
    public static TheoryData<string> Cases => [.. TestData.Golden("full", "*.json")];

    [Theory, MemberData(nameof(Cases))]
    public void Forward_AgreesWithReference(string path)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        var root = document.RootElement;
        var golden = SafetensorsReader.ReadFile(Path.ChangeExtension(path, "safetensors"));
        using var network = new AudioBsqNetwork(ReferenceConfigurationReader.ToOptions(root.GetProperty("config")));
        network.eval();
        foreach (var (name, target) in network.state_dict())
        {
            if (target.dtype != ScalarType.Float32) continue;
            using var values = tensor(FormulaWeights.Of(name, target.shape), target.shape);
            target.copy_(values);
        }

        var input = tensor(FormulaWeights.Uniform("input", 1024 * 128), [1, 1024, 128]);
        var z = network.Encode(input, null);
        var tokens = network.Quantizer.ToIndices(z);
        var given = NetworkWeights.ToTensor(golden["indices"]);
        var recon = network.Decode(network.Quantizer.ToCodes(given.unsqueeze(-1)), null);

        Close.To(golden["z"].ToSingles(), z, 1e-5, "z");
        Close.To(golden["z_fp64"].ToSingles(), z, 1e-5, "z against double precision");
        Assert.Equal(golden["indices"].ToInt64s(), tokens.data<long>().ToArray());
        Assert.Equal(golden["group_indices"].ToInt64s(), network.Quantizer.ToGroupTokens(z).data<long>().ToArray());
        var every4 = recon[TensorIndex.Colon, TensorIndex.Slice(step: 4), TensorIndex.Slice(step: 4)];
        Close.To(golden["recon_stride4"].ToSingles(), every4, 1e-5, "reconstruction");
        Close.To(golden["recon_stride4_fp64"].ToSingles(), every4, 1e-5, "reconstruction against double precision");
        double sum = recon.to(ScalarType.Float64).sum().item<double>();
        Close.To(root.GetProperty("recon_sum_fp64").GetDouble(), sum, 0.05, "sum of the reconstruction");
        var quantized = network.Quantizer.Forward(z, null);
        Close.To(root.GetProperty("quant_loss").GetDouble(), quantized.Loss.item<float>(), 2e-5, "quantizer loss");
        Close.To(root.GetProperty("H").GetDouble(), quantized.CodebookEntropy.item<float>(), 2e-5, "codebook entropy");
        Assert.Equal(root.GetProperty("used_codes").GetInt32(), tokens.data<long>().ToArray().Distinct().Count());
    }
}
