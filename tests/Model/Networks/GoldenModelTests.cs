using AudioBsq.Networks;
using AudioBsq.Quantization;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Networks;

/// <summary>The network against the reference's results: forward, backward, batch statistics and optimizer steps.</summary>
[NoTensorLeaks]
public class GoldenModelTests
{
    private const double CodebookWeight = 0.25;

    public static TheoryData<string> Cases
    {
        get
        {
            var cases = new TheoryData<string>();
            foreach (string path in TestData.Golden("models", "*.json"))
            {
                if (!File.ReadAllText(path).Contains("\"n_embed\"", StringComparison.Ordinal)) cases.Add(path);
            }

            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Forward_AgreesWithReference(string path)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var golden = new GoldenModel(path);
        using var network = golden.Network();
        network.eval();
        double recon = network.Options.MaxLevel - network.Options.MinLevel > 10 ? 2e-5 : 1e-5;

        var z = network.Encode(network.Scale(golden["input"]), null);
        var quantized = network.Quantizer.Forward(z, null);
        var raw = network.Decode(quantized.Codes, null);

        golden.Near("eval.z", z, 1e-5);
        golden.Near("eval.zq", quantized.Codes, 1e-6);
        golden.Near("eval.recon_raw", raw, recon);
        golden.Near("eval.recon", network.Unscale(raw, clamp: true), recon);
        golden.Near("truth64.recon_raw", raw, recon);
        golden.Same("eval.bits", z > 0);
        golden.Same("eval.group_indices", network.Quantizer.ToGroupTokens(z));
        using var corrected = Quantizer.Of(network.Options.Quantizer, Compatibility.Corrected);
        golden.Same(golden.Names.Contains("eval.indices_exact") ? "eval.indices_exact" : "eval.indices", corrected.ToIndices(z));
        golden.SameSum("eval.indices", network.Quantizer.ToIndices(z), network.Options.Quantizer.Bits);
        golden.SameSum("eval.used_codes", network.Quantizer.ToIndices(z).flatten().unique().output, network.Options.Quantizer.Bits);
        golden.Near("eval.avg_prob", quantized.AverageProbability!, 1e-6);
        var again = network.Decode(network.Quantizer.GroupTokensToCodes(golden["eval.group_indices"]), null);
        golden.Near("eval.recon_from_group_indices", again, recon);

        var scalars = golden.Scalars.GetProperty("eval");
        Close.To(scalars.GetProperty("quant_loss").GetDouble(), quantized.Loss.item<float>(), 3e-5, "quantizer loss");
        Close.To(scalars.GetProperty("persample_entropy").GetDouble(), quantized.PositionEntropy.item<float>(), 3e-5, "position entropy");
        Close.To(scalars.GetProperty("codebook_entropy").GetDouble(), quantized.CodebookEntropy.item<float>(), 3e-5, "codebook entropy");
        Close.To(scalars.GetProperty("commit_times_beta").GetDouble(), quantized.Commitment.item<float>(), 1e-5, "commitment");
    }

    [Theory, MemberData(nameof(Cases))]
    public void Backward_AgreesWithReference(string path)
    {
        using var scope = NewDisposeScope();
        var golden = new GoldenModel(path);
        using var network = golden.Network();

        var loss = Loss(network, golden, check: true);
        loss.backward();

        Close.To(golden.Scalars.GetProperty("train").GetProperty("loss").GetDouble(), loss.item<float>(), 2e-5, "loss");
        var parameters = network.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        foreach (string name in golden.Names.Where(name => name.StartsWith("grad.", StringComparison.Ordinal)))
            golden.NearRelative(name, parameters[name[5..]].grad!, relative: 1e-4, floor: IsZero(name) ? 1e-7 : 2e-8);
        var state = network.state_dict();
        foreach (string name in golden.Names.Where(name => name.StartsWith("train.after.", StringComparison.Ordinal)))
            golden.Near(name, state[name[12..]], 1e-6);
        network.zero_grad();
    }

    [Theory, MemberData(nameof(Cases))]
    [Trait("Speed", "Slow")]
    public void ThreeAdamWSteps_AgreeWithReference(string path)
    {
        using var scope = NewDisposeScope();
        var golden = new GoldenModel(path);
        using var network = golden.Network();
        using var optimizer = optim.AdamW(network.parameters(), 1e-3, 0.9, 0.99, 1e-8, weight_decay: 1e-4);
        double[] losses = [.. golden.Scalars.GetProperty("adamw").GetProperty("losses").EnumerateArray().Select(x => x.GetDouble())];

        for (int step = 1; step <= 3; step++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            var loss = Loss(network, golden, check: false);
            loss.backward();
            nn.utils.clip_grad_norm_(network.parameters(), 1.0);
            optimizer.step();

            Close.To(losses[step - 1], loss.item<float>(), 1e-4 * Math.Abs(losses[step - 1]), $"loss {step}");
            var state = network.state_dict();
            string prefix = $"adamw{step}.";
            foreach (string name in golden.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                // Adam divides a gradient by its own size. Where that is near 0, rounding decides a part of a step of 1e-3, but not on
                // average.
                var found = state[name[prefix.Length..]];
                golden.Near(name, found, step * 1e-4);
                Close.To(0, (found - golden[name]).abs().mean().item<float>(), step * 5e-7, $"mean error of {name}");
            }
        }

        network.zero_grad();
    }

    // Batch norm removes the mean, so the bias before it has no effect, and its gradient is rounding on either side.
    private static bool IsZero(string gradient) => gradient.EndsWith(".conv_module.depthwise_conv.bias", StringComparison.Ordinal);

    private static Tensor Loss(AudioBsqNetwork network, GoldenModel golden, bool check)
    {
        var input = golden["input"];
        network.train();
        var quantized = network.Quantizer.Forward(network.Encode(network.Scale(input), null), null);
        var recon = network.Decode(quantized.Codes, null);
        if (check)
        {
            golden.Near("train.recon", recon, network.Options.MaxLevel - network.Options.MinLevel > 10 ? 2e-5 : 1e-5);
            golden.Near("train.zq_avg_prob", quantized.AverageProbability!, 1e-6);
        }

        return (input - recon).abs().mean() + quantized.Loss * CodebookWeight;
    }
}
