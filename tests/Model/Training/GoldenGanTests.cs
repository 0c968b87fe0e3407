using System.Text.Json;
using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Training;

/// <summary>Discriminator and its losses against the reference's numbers.</summary>
[NoTensorLeaks]
public class GoldenGanTests
{
    public static TheoryData<string> Cases => [.. TestData.Golden("disc", "*.json")];

    [Theory, MemberData(nameof(Cases))]
    public void Losses_AgreeWithReference(string path)
    {
        using var scope = NewDisposeScope();
        var golden = new Golden(path);
        using var discriminator = golden.Discriminator();
        var real = golden["real"];
        var fake = golden["fake"].requires_grad_();

        var generator = GanLosses.Generator(discriminator.call(fake), golden.Kind);
        var reconstruction = (real - fake).abs().mean();
        var gradient = autograd.grad([reconstruction + generator * 0.1], [fake])[0];

        var expected = golden.Scalars.GetProperty("gen_step500");
        Close.To(expected.GetProperty("rec_loss").GetDouble(), reconstruction.item<float>(), 1e-6, "reconstruction loss");
        Close.To(expected.GetProperty("g_loss").GetDouble(), generator.item<float>(), 1e-5, "generator loss");
        golden.NearRelative("train.grad_fake", gradient);
    }

    [Theory, MemberData(nameof(Cases))]
    public void DiscriminatorStep_AgreesWithReference(string path)
    {
        using var scope = NewDisposeScope();
        var golden = new Golden(path);
        using var discriminator = golden.Discriminator();

        var (onReal, onFake) = (discriminator.call(golden["real"]), discriminator.call(golden["fake"]));
        var loss = GanLosses.Discriminator(onReal, onFake, golden.Kind);
        loss.backward();

        var expected = golden.Scalars.GetProperty("disc_step500");
        Close.To(expected.GetProperty("disc_loss").GetDouble(), loss.item<float>(), 1e-5, "discriminator loss");
        Close.To(expected.GetProperty("logits_real").GetDouble(), onReal.mean().item<float>(), 1e-5, "logits of real input");
        Close.To(expected.GetProperty("logits_fake").GetDouble(), onFake.mean().item<float>(), 1e-5, "logits of reconstructed input");
        var parameters = discriminator.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        foreach (string name in golden.Names("grad.")) golden.NearRelative($"grad.{name}", parameters[name].grad!);
        var state = discriminator.state_dict();
        foreach (string name in golden.Names("train.after.")) golden.NearRelative($"train.after.{name}", state[name]);
        discriminator.zero_grad();

        discriminator.eval();
        NetworkWeights.Load(discriminator, golden.Weights, path);
        golden.NearRelative("eval.logits_real", discriminator.call(golden["real"]));
        golden.NearRelative("eval.logits_fake", discriminator.call(golden["fake"]));
    }

    [Theory, MemberData(nameof(Cases))]
    public void GradientPenalty_AgreesWithReference_AndCanBeTrainedOn(string path)
    {
        using var scope = NewDisposeScope();
        var golden = new Golden(path);
        using var discriminator = golden.Discriminator();
        var real = golden["real"].requires_grad_();

        var penalty = GanLosses.GradientPenalty(discriminator.call(real), real);
        (penalty * 80).backward();

        double expected = golden.Scalars.GetProperty("disc_step511_with_r1").GetProperty("disc_r1_loss").GetDouble();
        Close.To(expected, penalty.item<float>(), 2e-5 * expected, "penalty");
        Assert.True(discriminator.parameters().First().grad!.abs().max().item<float>() > 0);
        discriminator.zero_grad();
    }

    [Fact]
    public void PatchDiscriminator_HasThePublishedSize()
    {
        using var scope = NewDisposeScope();
        using var discriminator = new PatchDiscriminator();

        Assert.Equal(1_776_769, discriminator.parameters().Sum(parameter => parameter.numel()));
        using var _ = no_grad();
        Assert.Equal([1, 1, 62, 6], discriminator.call(zeros(1, 1024, 128)).shape);
    }

    [Fact]
    public void AdaptiveWeight_IsTheRatioOfGradients()
    {
        using var scope = NewDisposeScope();
        var last = ones(2).requires_grad_();

        var weight = GanLosses.AdaptiveWeight((last * 6).sum(), (last * 2).sum(), last);

        Close.To(6 * Math.Sqrt(2) / (2 * Math.Sqrt(2) + 1e-4), weight.item<float>(), 1e-5);
        Close.To(1e4, GanLosses.AdaptiveWeight((last * 6e6f).sum(), (last * 0).sum(), last).item<float>(), 0);
    }

    private sealed class Golden
    {
        private readonly Dictionary<string, SafetensorsTensor> _io;
        private readonly JsonElement _config;

        public Golden(string path)
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path));
            (_config, Scalars) = (document.RootElement.GetProperty("config").Clone(), document.RootElement.GetProperty("scalars").Clone());
            _io = SafetensorsReader.ReadFile(Path.ChangeExtension(path, "io.safetensors"));
            Weights = SafetensorsReader.ReadFile(Path.ChangeExtension(path, "weights.safetensors"));
            Kind = _config.GetProperty("disc_loss").GetString() == "hinge" ? GanLoss.Hinge : GanLoss.Vanilla;
        }

        public JsonElement Scalars { get; }

        public Dictionary<string, SafetensorsTensor> Weights { get; }

        public GanLoss Kind { get; }

        public Tensor this[string name] => NetworkWeights.ToTensor(_io[name]);

        public PatchDiscriminator Discriminator()
        {
            var discriminator = new PatchDiscriminator(_config.GetProperty("n_layers").GetInt32(), _config.GetProperty("ndf").GetInt32());
            NetworkWeights.Load(discriminator, Weights, "golden");
            return discriminator;
        }

        public IEnumerable<string> Names(string prefix) =>
            _io.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]);

        public void NearRelative(string name, Tensor actual)
        {
            float[] expected = _io[name].ToSingles();
            Close.To(expected, actual, 1e-4 * expected.Max(Math.Abs) + 1e-7, name, _io[name].Shape);
        }
    }
}
