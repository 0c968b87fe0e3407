using System.Text;
using System.Text.Json;
using AudioBsq.Networks;
using AudioBsq.Persistence;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Networks;

/// <summary>
/// The small variant at full size against the reference. The weights are a formula: splitmix64 (Steele et al. 2014) seeded by each
/// tensor's name, so no large file is needed.
/// </summary>
[NoTensorLeaks]
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
        using var network = new AudioBsqNetwork(ReferenceConfig.ToOptions(root.GetProperty("config")));
        network.eval();
        foreach (var (name, target) in network.state_dict())
        {
            if (target.dtype != ScalarType.Float32) continue;
            using var values = tensor(Weights(name, target.shape), target.shape);
            target.copy_(values);
        }

        var input = tensor(Uniform("input", 1024 * 128), [1, 1024, 128]);
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
        Close.To(root.GetProperty("recon_sum_fp64").GetDouble(), recon.to(ScalarType.Float64).sum().item<double>(), 0.05, "sum of the reconstruction");
        var quantized = network.Quantizer.Forward(z, null);
        Close.To(root.GetProperty("quant_loss").GetDouble(), quantized.Loss.item<float>(), 2e-5, "quantizer loss");
        Close.To(root.GetProperty("H").GetDouble(), quantized.CodebookEntropy.item<float>(), 2e-5, "codebook entropy");
        Assert.Equal(root.GetProperty("used_codes").GetInt32(), tokens.data<long>().ToArray().Distinct().Count());
    }

    private static float[] Weights(string name, long[] shape)
    {
        int count = (int)shape.Aggregate(1L, (product, size) => product * size);
        float[] uniform = Uniform(name, count);
        float fan = MathF.Sqrt(3f / ((float)count / shape[0]));
        Func<float, float> map = name.Split('.')[^1] switch
        {
            "running_mean" => u => 0.1f * u,
            "running_var" => u => 1 + 0.5f * u,
            "positional_embedding" => u => 0.035f * u,
            "weight" when shape.Length == 1 => u => 1 + 0.1f * u,
            _ when shape.Length == 1 => u => 0.05f * u,
            _ => u => fan * u,
        };
        return Array.ConvertAll(uniform, u => map(u));
    }

    private static float[] Uniform(string name, int count)
    {
        ulong seed = 0xcbf29ce484222325; // FNV-1a
        foreach (byte b in Encoding.UTF8.GetBytes(name)) seed = (seed ^ b) * 0x100000001b3;
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            ulong s = seed + (ulong)(i + 1) * 0x9E3779B97F4A7C15;
            s = (s ^ (s >> 30)) * 0xBF58476D1CE4E5B9;
            s = (s ^ (s >> 27)) * 0x94D049BB133111EB;
            s ^= s >> 31;
            values[i] = (s >> 40) * (1f / (1 << 23)) - 1;
        }

        return values;
    }
}
