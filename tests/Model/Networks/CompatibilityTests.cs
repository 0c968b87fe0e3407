using AudioBsq.Networks;
using AudioBsq.Quantization;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Networks;

/// <summary>Each defect of the published version is there with its flag and gone without it.</summary>
[NoTensorLeaks]
public class CompatibilityTests
{
    private static readonly Compatibility Corrected = Compatibility.Corrected;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RasterConvolution(bool flag)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var options = TinyNetworks.With(conv: true, compatibility: Corrected with { RasterConvolution = flag });
        manual_seed(1);
        using var module = new ConvModule(options.Encoder, options);
        using var norm = nn.LayerNorm(16);
        module.eval();
        module.state_dict()["pointwise_conv1.weight"].normal_();
        var x = randn(1, 24, 16);
        var mask = new PositionMask(null, false, null, null);
        var changed = x.clone();
        changed[0, 3 * 3 + 2] = randn(16); // step 3, top row

        var (before, after) = (module.call(norm.call(x), mask, null), module.call(norm.call(changed), mask, null));
        var difference = (before - after).abs().amax([0, 2]).reshape(8, 3);

        float wrapped = difference[4, 0].item<float>(), inTime = difference[1, 2].item<float>();
        Assert.Equal(flag, wrapped > 0);  // next step, bottom row: a neighbour only in the raster
        Assert.Equal(!flag, inTime > 0);  // two steps earlier, same row: a neighbour only in time
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LeakyCausalConvolution(bool flag) =>
        Assert.Equal(flag, FutureLeaks(
            TinyNetworks.With(conv: true, AttentionMask.Causal, Corrected with { LeakyCausalConvolution = flag })));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AdditiveBlockCausalMask(bool flag) =>
        Assert.Equal(flag, FutureLeaks(
            TinyNetworks.With(conv: false, AttentionMask.BlockCausal, Corrected with { AdditiveBlockCausalMask = flag })));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PaddingTakesPart(bool flag)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = TinyNetworks.New(TinyNetworks.With(conv: true, compatibility: Corrected with { PaddingTakesPart = flag }));
        network.eval();
        var x = randn(1, 16, 12);
        var valid = arange(8).unsqueeze(0) < 5;

        var masked = network.Encode(x, valid);

        Assert.Equal(flag, MaxMagnitude(masked - network.Encode(x, null)) == 0);
        var silenced = network.Encode(x * valid.repeat_interleave(2, 1).unsqueeze(2), valid);
        Assert.Equal(!flag, MaxMagnitude((masked - silenced).narrow(1, 0, 15)) < 1e-5);
        var positions = valid.repeat_interleave(3, 1);
        float LossOf(Tensor? validPositions) => network.Quantizer.Forward(masked, validPositions).Loss.item<float>();
        float loss = LossOf(positions), all = LossOf(null);
        Assert.Equal(flag, loss == all);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ClampInTraining(bool flag)
    {
        using var scope = NewDisposeScope();
        using var network = TinyNetworks.New(TinyNetworks.With(conv: false, compatibility: Corrected with { ClampInTraining = flag }));
        var codes = randn(2, 24, 6) * 10;

        float max = MaxMagnitude(network.Decode(codes, null));
        Assert.Equal(flag, max <= 1.00001f);

        network.eval();
        Assert.True(MaxMagnitude(network.Decode(codes, null)) > 1.00001f);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void UnscaledInput(bool flag)
    {
        using var scope = NewDisposeScope();
        using var network = TinyNetworks.New(TinyNetworks.With(conv: false, compatibility: Corrected with { UnscaledInput = flag }));

        Close.To(flag ? [-80, -20] : [-1, 0.5f], network.Scale(tensor([-80f, -20])), 1e-6);
        Close.To([-80, -20], network.Unscale(tensor(flag ? new[] { -80f, -20 } : new[] { -1, 0.5f }), clamp: false), 1e-5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FloatTokens(bool flag)
    {
        using var scope = NewDisposeScope();
        using var quantizer = new BinarySphericalQuantizer(
            new QuantizerOptions { Bits = 30, GroupSize = 10 }, Corrected with { FloatTokens = flag });
        var z = ones(1, 30);
        z[0, 1] = -1; // 101111…1: more digits than single precision holds

        long token = quantizer.ToTokens(z).item<long>(), right = (1L << 30) - 1 - (1L << 28);

        Assert.Equal(!flag, token == right);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MarginalEntropy(bool flag)
    {
        using var scope = NewDisposeScope();
        var options = new QuantizerOptions { Bits = 18, GroupSize = 9, Entropy = EntropyEstimate.Analytical, InverseTemperature = 100 };
        using var quantizer = new BinarySphericalQuantizer(options, Corrected with { MarginalEntropy = flag });
        var halves = tensor([1f, -1f]).reshape(1, 2, 1).expand(1, 2, 18); // all bits equal, both values equally often
        var same = nn.functional.normalize(halves, dim: -1);

        Close.To(flag ? 18 * Math.Log(2) : 2 * Math.Log(2), quantizer.Forward(same, null).CodebookEntropy.item<float>(), 1e-4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ScaledStraightThrough(bool flag)
    {
        using var scope = NewDisposeScope();
        using var quantizer = new BinarySphericalQuantizer(
            new QuantizerOptions { Bits = 4, GroupSize = 4 }, Corrected with { ScaledStraightThrough = flag });
        var z = tensor([0.1f, -0.2f, 0.3f, -0.4f]).requires_grad_();

        var codes = quantizer.Quantize(z);

        Close.To([0.5f, -0.5f, 0.5f, -0.5f], codes, 0);
        Close.To(flag ? [0.5f, 0.5f, 0.5f, 0.5f] : [1f, 1, 1, 1], autograd.grad([codes.sum()], [z])[0], 1e-7);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LearnedPositions(bool flag)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var options = TinyNetworks.With(conv: false, compatibility: Corrected with { LearnedPositions = flag });
        using var network = TinyNetworks.New(options with { PatchBands = 12 });
        network.eval();
        var sameEverywhere = randn(1, 2, 12).repeat([1, 8, 1]); // one step, eight times

        var latents = network.Encode(sameEverywhere, null)[0];
        var longer = Record.Exception(() => network.Encode(sameEverywhere.repeat([1, 10, 1]), null));

        Assert.Equal(flag, (latents - latents[0]).abs().max().item<float>() > 1e-4); // a step's number changes its latent
        Assert.Equal(flag, longer is ArgumentException);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SequenceDropPath(bool flag)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var options = TinyNetworks.With(conv: false, compatibility: Corrected with { SequenceDropPath = flag });
        options = options with { Encoder = options.Encoder with { DropPath = 0.5 } };
        manual_seed(5);
        using var block = new TransformerBlock(options.Encoder, options);
        var x = randn(16, 24, 16);

        var untouched = (block.call(x, new PositionMask(null, false, null, null), null) - x).abs().amax([2]) == 0; // (samples, positions)

        // A quarter of them: both branches dropped.
        Assert.InRange(untouched.sum().item<long>(), 1, 16 * 24 - 1);
        Assert.Equal(flag, Same(untouched, dim: 0));  // positions are dropped in all samples at once
        Assert.Equal(!flag, Same(untouched, dim: 1)); // samples are dropped whole
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void NoisyConvNormGain(bool flag)
    {
        using var network = new AudioBsqNetwork(TinyNetworks.With(conv: true, compatibility: Corrected with { NoisyConvNormGain = flag }));
        using var scope = NewDisposeScope();

        var gain = network.state_dict()["encoder.transformer.resblocks.0.conv_module.layer_norm.weight"];

        Assert.Equal(flag, gain.abs().max().item<float>() < 0.2f);
        Assert.Equal(!flag, (gain == 1).all().item<bool>());
    }

    private static bool FutureLeaks(AudioBsqOptions options)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = TinyNetworks.New(options);
        network.eval();
        var x = randn(1, 16, 12);
        var changed = x.clone();
        changed.narrow(1, 8, 8).add_(1);
        return MaxMagnitude((network.Encode(x, null) - network.Encode(changed, null)).narrow(1, 0, 12)) > 1e-4;
    }

    private static float MaxMagnitude(Tensor x) => x.abs().max().item<float>();

    private static bool Same(Tensor x, int dim) => (x == x.narrow(dim, 0, 1)).all().item<bool>();
}
