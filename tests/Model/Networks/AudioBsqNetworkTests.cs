using AudioBsq.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Networks;

[NoTensorLeaks]
public class AudioBsqNetworkTests
{
    [Theory]
    [InlineData(false, AttentionMask.None)]
    [InlineData(true, AttentionMask.None)]
    [InlineData(true, AttentionMask.Causal)]
    [InlineData(true, AttentionMask.BlockCausal)]
    public void Padding_ChangesNothing_InEval(bool conv, AttentionMask mask)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = TinyNetworks.New(TinyNetworks.With(conv, mask));
        network.eval();
        var x = randn(2, 10, 12);
        var (padded, valid) = Pad(x, steps: 8);

        var z = network.Encode(x, null);
        var latents = network.Encode(padded, valid);
        var recon = network.Decode(z, null);
        var reconPadded = network.Decode(latents, valid);

        Close.To(z, latents.narrow(1, 0, 15), 1e-5, "latents");
        Close.To(recon, reconPadded.narrow(1, 0, 10), 1e-5, "reconstruction");
        Assert.True(reconPadded.isfinite().all().item<bool>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Padding_ChangesNothing_InTraining(bool conv)
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 10, 12);
        var (padded, valid) = Pad(x, steps: 8);
        using var plain = TinyNetworks.New(TinyNetworks.With(conv));
        using var masked = TinyNetworks.New(TinyNetworks.With(conv));

        var recon = plain.Decode(plain.Encode(x, null), null);
        var reconPadded = masked.Decode(masked.Encode(padded, valid), valid).narrow(1, 0, 10);
        (recon - x).square().mean().backward();
        (reconPadded - x).square().mean().backward();

        Close.To(recon, reconPadded, 1e-5, "reconstruction");
        var state = masked.state_dict();
        foreach (var (name, expected) in plain.state_dict()) Close.To(expected, state[name], 1e-5, name); // batch statistics among them
        var gradients = masked.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.grad);
        foreach (var (name, parameter) in plain.named_parameters())
        {
            // Padded steps have rows of the position table of their own, with gradients that are zero.
            Close.To(parameter.grad!, gradients[name]!, 1e-5 * Math.Max(1, parameter.grad!.abs().max().item<float>()), name);
        }

        plain.zero_grad();
        masked.zero_grad();
    }

    [Theory]
    [InlineData(AttentionMask.Causal, false)]
    [InlineData(AttentionMask.Causal, true)]
    [InlineData(AttentionMask.BlockCausal, false)]
    [InlineData(AttentionMask.BlockCausal, true)]
    public void Causal_TheFutureChangesNothingBeforeIt(AttentionMask mask, bool conv)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = TinyNetworks.New(TinyNetworks.With(conv, mask));
        network.eval();
        var x = randn(1, 16, 12);

        for (int step = 1; step < 8; step++)
        {
            var changed = x.clone();
            changed.narrow(1, 2 * step, 2).add_(1);
            var (before, after) = (network.Encode(x, null), network.Encode(changed, null));
            Close.To(before.narrow(1, 0, 3 * step), after.narrow(1, 0, 3 * step), 1e-6, $"latents before step {step}");
            Assert.True((before - after).narrow(1, 3 * step, 3).abs().max().item<float>() > 1e-3);
            var (decodedBefore, decodedAfter) = (network.Decode(before, null), network.Decode(after, null));
            Close.To(decodedBefore.narrow(1, 0, 2 * step), decodedAfter.narrow(1, 0, 2 * step), 1e-5, $"output before step {step}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Batch_NeighboursChangeNothing(bool conv)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = TinyNetworks.New(TinyNetworks.With(conv));
        network.eval();
        var x = randn(3, 16, 12);

        var together = network.Encode(x, null);

        for (int i = 0; i < 3; i++) Close.To(network.Encode(x.narrow(0, i, 1), null), together.narrow(0, i, 1), 1e-5, $"clip {i}");
    }

    [Fact]
    public void Encode_IsFinite_WhenAClipIsAllPadding()
    {
        using var scope = NewDisposeScope();
        foreach (var mask in Enum.GetValues<AttentionMask>())
        {
            using var network = TinyNetworks.New(TinyNetworks.With(conv: true, mask));
            var valid = tensor([true, true, false, false], [2, 2]);
            var x = randn(2, 4, 12);
            var recon = network.Decode(network.Encode(x, valid), valid);
            recon.narrow(0, 0, 1).sum().backward();

            Assert.True(recon.isfinite().all().item<bool>());
            Assert.All(network.parameters().Select(parameter => parameter.grad), gradient =>
                Assert.True(gradient is null || gradient.isfinite().all().item<bool>()));
            network.zero_grad();
        }
    }

    [Fact]
    public void Encode_RefusesWhatItCannotCut()
    {
        using var scope = NewDisposeScope();
        using var network = TinyNetworks.New(TinyNetworks.Options);
        using var table = TinyNetworks.New(TinyNetworks.Options with { Compatibility = new() { LearnedPositions = true } });

        Assert.Throws<ArgumentException>(() => network.Encode(zeros(1, 15, 12), null));
        Assert.Throws<ArgumentException>(() => table.Encode(zeros(1, 18, 12), null));
        Assert.Throws<ArgumentException>(() => network.Encode(zeros(1, 0, 12), null));
        Assert.Throws<ArgumentException>(() => network.Encode(zeros(1, 12, 16), null));
        Assert.Throws<ArgumentException>(() => network.Encode(zeros(16, 12), null));
        Assert.Throws<ArgumentException>(() => network.Encode(zeros(1, 16, 12), ones(1, 8)));
        Assert.Throws<ArgumentException>(() => network.Encode(zeros(1, 16, 12), ones(2, 8, dtype: ScalarType.Bool)));
        Assert.Throws<ArgumentException>(() => network.Decode(zeros(1, 4, 6), null));
        Assert.Throws<ArgumentException>(() => network.Decode(zeros(1, 6, 5), null));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AudioBsqNetwork(TinyNetworks.Options with { Bands = 13 }));
    }

    [Fact]
    public void Unscale_UndoesScale_AndClampsWhenAsked()
    {
        using var scope = NewDisposeScope();
        using var network = TinyNetworks.New(TinyNetworks.Options);
        var mel = tensor([-90f, -80f, -40f, 0f, 3f]);

        Close.To([-1.25f, -1, 0, 1, 1.075f], network.Scale(mel), 1e-6);
        Close.To(mel, network.Unscale(network.Scale(mel), clamp: false), 1e-5);
        Close.To([-80, -80, -40, 0, 0], network.Unscale(network.Scale(mel), clamp: true), 1e-5);
    }

    [Fact]
    public void Network_WorksInDoublePrecision()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = TinyNetworks.New(TinyNetworks.With(conv: true));
        network.eval();
        var x = randn(1, 16, 12);
        var single = network.Encode(x, null);

        network.to(ScalarType.Float64);

        Close.To(network.Encode(x.to(ScalarType.Float64), null), single, 1e-5);
        network.train();
        Assert.Equal(ScalarType.Float64, network.Encode(x.to(ScalarType.Float64), null).dtype);
    }

    [Theory] // REFERENCE: the published variants, with the convolution module
    [InlineData("Small", 50_549_513)]
    [InlineData("Standard", 217_498_642)]
    [InlineData("Large", 762_958_116)]
    public void ParameterCounts_AreThePublishedOnes(string variant, long expected)
    {
        var options = variant switch
        {
            "Small" => AudioBsqOptions.Small,
            "Standard" => AudioBsqOptions.Standard,
            _ => AudioBsqOptions.Large,
        };
        set_default_device(META); // shapes without memory
        try
        {
            using var scope = NewDisposeScope();
            using var network = new AudioBsqNetwork(options with
            {
                Encoder = options.Encoder with { UseConvModule = true },
                Compatibility = new() { LearnedPositions = true },
            });
            Assert.Equal(expected, network.parameters().Sum(parameter => parameter.numel()));
        }
        finally
        {
            set_default_device(CPU);
        }
    }

    [Fact]
    public void Initialisation_IsAsStated()
    {
        manual_seed(3);
        var encoder = AudioBsqOptions.Tiny.Encoder with { UseConvModule = true, LayerScale = 0.1, PreNorm = false };
        using var network = new AudioBsqNetwork(AudioBsqOptions.Tiny with { Encoder = encoder });
        foreach (var (name, parameter) in network.named_parameters())
        {
            using var scope = NewDisposeScope();
            string last = name.Split('.')[^1];
            bool norm = name.Contains("ln_", StringComparison.Ordinal) || name.Contains("_norm.", StringComparison.Ordinal);
            (double min, double max) = (parameter.min().item<float>(), parameter.max().item<float>());
            bool torchDefault = name.Contains("quant_embed", StringComparison.Ordinal)
                || name is "decoder.ffn.0.bias" or "decoder.conv_out.bias" or "encoder.patch_embed.bias";
            if (torchDefault)
            {
                double inputs = name switch
                {
                    "decoder.conv_out.bias" => 512,
                    "encoder.patch_embed.bias" => 256,
                    _ when name.StartsWith("post", StringComparison.Ordinal) => 18,
                    _ => 128,
                };
                double bound = 1 / Math.Sqrt(inputs);
                Assert.True(Math.Abs(min) <= bound && max <= bound && max > bound / 2, name);
            }
            else if (last == "gamma") Assert.Equal((0.1f, 0.1f), ((float)min, (float)max));
            else if (norm && last == "weight") Assert.Equal((1, 1), (min, max));
            else if (last is "bias" or "in_proj_bias") Assert.Equal((0, 0), (min, max));
            else Close.To(0.02, parameter.std().item<float>(), 0.001, name);
        }
    }

    private static (Tensor Padded, Tensor Valid) Pad(Tensor x, int steps)
    {
        long validSteps = x.shape[1] / 2, batch = x.shape[0];
        var padded = cat([x, full([batch, 2 * (steps - validSteps), x.shape[2]], -1f)], dim: 1);
        var valid = arange(steps).unsqueeze(0).expand(batch, -1) < validSteps;
        return (padded, valid);
    }
}
