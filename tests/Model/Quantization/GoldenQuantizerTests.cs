using System.Text.Json;
using AudioBsq.Persistence;
using AudioBsq.Quantization;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Quantization;

/// <summary>The quantizer against the reference's, in every setting of quantizer/quantizer.json.</summary>
[NoTensorLeaks]
public class GoldenQuantizerTests
{
    public static TheoryData<string> Files => [.. TestData.Golden("quantizer", "*.json")];

    [Theory, MemberData(nameof(Files))]
    public void EverySetting_AgreesWithReference(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        var tensors = SafetensorsReader.ReadFile(Path.ChangeExtension(path, "safetensors"));
        int settings = 0;
        foreach (var setting in document.RootElement.EnumerateArray())
        {
            AssertAgrees(setting, tensors);
            settings++;
        }

        Assert.True(settings > 0);
    }

    [Theory, MemberData(nameof(Files))]
    public void ZeroAndNegativeZero_AreNegative_AsInTheReference(string path)
    {
        var tensors = SafetensorsReader.ReadFile(Path.ChangeExtension(path, "safetensors"));
        using var scope = NewDisposeScope();
        var z = NetworkWeights.ToTensor(tensors["signrule.z"]);
        using var scaled = new BinarySphericalQuantizer(new QuantizerOptions { Bits = 9 }, Compatibility.Corrected);
        using var plain = new BinarySphericalQuantizer(new QuantizerOptions { Bits = 9, NormalizeCode = false }, Compatibility.Corrected);

        Assert.Equal(tensors["signrule.indices"].ToInt64s(), scaled.ToIndices(z).data<long>().ToArray());
        float[] expected = tensors["signrule.zq"].ToSingles();
        var quantizer = Math.Abs(expected[0]) == 1 ? plain : scaled;
        Close.To(expected, quantizer.Quantize(z), 1e-7, "codes");
    }

    private static void AssertAgrees(JsonElement setting, Dictionary<string, SafetensorsTensor> tensors)
    {
        using var scope = NewDisposeScope();
        string key = setting.GetProperty("key").GetString()!;
        var options = new QuantizerOptions
        {
            Bits = setting.GetProperty("embed_dim").GetInt32(),
            GroupSize = setting.GetProperty("group_size").GetInt32(),
            NormalizeCode = setting.GetProperty("post_q_l2_norm").GetBoolean(),
            Entropy = setting.GetProperty("persample_entropy_compute").GetString() == "group"
                ? EntropyEstimate.Group
                : EntropyEstimate.Analytical,
            InverseTemperature = setting.GetProperty("inv_temperature").GetDouble(),
            CommitmentWeight = setting.GetProperty("beta").GetDouble(),
            PositionEntropyWeight = setting.GetProperty("gamma0").GetDouble(),
            CodebookEntropyWeight = setting.GetProperty("gamma").GetDouble(),
            EntropyWeight = setting.GetProperty("zeta").GetDouble(),
        };
        using var quantizer = new BinarySphericalQuantizer(options, Compatibility.Reference);
        var z = NetworkWeights.ToTensor(tensors[$"{key}.z"]).requires_grad_();

        var output = quantizer.Forward(z, null);

        Near("zq", output.Codes, 1e-6);
        Scalar("loss_fp64", output.Loss);
        Scalar("loss", output.Loss);
        Scalar("persample_entropy", output.PositionEntropy);
        Scalar("codebook_entropy", output.CodebookEntropy);
        Scalar("commit_times_beta", output.Commitment);
        Assert.Equal(setting.GetProperty("avg_prob_shape").EnumerateArray().Select(x => x.GetInt64()), output.AverageProbability!.shape);
        if (tensors.ContainsKey($"{key}.avg_prob")) Near("avg_prob", output.AverageProbability, 1e-6);
        Assert.Equal(tensors[$"{key}.group_indices"].ToInt64s(), quantizer.ToGroupTokens(z).data<long>().ToArray());
        if (tensors.TryGetValue($"{key}.indices", out var indices))
            Assert.Equal(indices.ToInt64s(), quantizer.ToIndices(z).data<long>().ToArray());
        Assert.Equal(setting.GetProperty("used_codes").GetInt32(), quantizer.ToIndices(z).data<long>().ToArray().Distinct().Count());
        NearRelative("grad_loss", autograd.grad([output.Loss], [z], retain_graph: true)[0]);
        var through = (output.Codes * NetworkWeights.ToTensor(tensors[$"{key}.ste_w"])).sum();
        NearRelative("grad_ste", autograd.grad([through], [z])[0]);

        void Near(string name, Tensor actual, double tolerance) =>
            Close.To(tensors[$"{key}.{name}"].ToSingles(), actual, tolerance, $"{key} {name}", tensors[$"{key}.{name}"].Shape);

        // The reference's single-precision gradients are sums of up to 2^18 terms.
        void NearRelative(string name, Tensor actual) =>
            Near(name, actual, 1e-4 * tensors[$"{key}.{name}"].ToSingles().Max(Math.Abs) + 1e-8);

        // The reference adds 1e-8 to each of 2^GroupSize probabilities under the logarithm; here the entropy of a position is the exact sum
        // over bits.
        void Scalar(string name, Tensor actual)
        {
            double expected = setting.GetProperty(name).GetDouble();
            double guard = options.Entropy == EntropyEstimate.Group
                ? options.Bits / options.GroupSize * Math.ScaleB(1e-8, options.GroupSize)
                : 0;
            Close.To(expected, actual.item<float>(), 1e-5 + 2e-6 * Math.Abs(expected) + guard, $"{key} {name}");
        }
    }
}
