using AudioBsq.Networks;
using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Networks;

/// <summary>What the encoder of pre-training sees, and what it does not.</summary>
[NoTensorLeaks]
public class MaskedAutoencoderTests
{
    private const int Steps = 8;

    public static IEnumerable<object[]> Networks =>
        from mask in Enum.GetValues<AttentionMask>()
        from conv in new[] { false, true }
        from learned in new[] { false, true }
        select new object[] { mask, conv, learned };

    [Theory, MemberData(nameof(Networks))]
    public void Reconstruct_DependsOnVisiblePatchesAlone(AttentionMask mask, bool conv, bool learned)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var network = TinyNetworks.New(OptionsOf(mask, conv, learned));
        var autoencoder = Autoencoder(network);
        var (visible, masked) = Masks.Of([Steps, 5], Steps, new Random(4), CPU);
        var valid = ones([2, Steps], ScalarType.Bool);
        valid[1, TensorIndex.Slice(5)] = false;
        var patches = randn(2, Steps * 3, 8);
        var hidden = masked.unsqueeze(2);

        var before = autoencoder.Reconstruct(patches, visible, valid);
        var after = autoencoder.Reconstruct(patches + 9 * hidden * randn_like(patches), visible, valid);
        var moved = autoencoder.Reconstruct(patches + 9 * (1 - hidden) * randn_like(patches), visible, valid);

        Close.To(Values(before, clip: 0), Values(after, clip: 0), 0);
        Close.To(Values(before, clip: 1), Values(after, clip: 1), 0);
        Assert.True((moved - before).abs().max().item<float>() > 0.01);
        autoencoder.Decoder.Dispose();
    }

    [Theory, MemberData(nameof(Networks))]
    public void Encoder_GivesTheFeaturesOfAll_WhenAllAreVisible(AttentionMask mask, bool conv, bool learned)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var options = OptionsOf(mask, conv, learned);
        using var network = TinyNetworks.New(options);
        network.eval();
        var patches = randn(2, Steps * 3, 8);
        var order = randperm(Steps * 3).unsqueeze(0).repeat(2, 1);
        var visible = new VisiblePatches(order, Valid: null, Steps * 3);

        var all = network.EncoderBlocks.call(patches, PositionMask.Of(options.Encoder, options, Steps, null, patches, null), null);
        var seen = network.EncoderBlocks.call(patches, PositionMask.OfVisible(options.Encoder, options, Steps, visible, patches), null);

        Close.To(Values(visible.Gather(all), 0), Values(seen, 0), 2e-5);
    }

    [Theory, MemberData(nameof(Networks))]
    public void Reconstruct_OfAClip_DoesNotDependOnLongerNeighbours(AttentionMask mask, bool conv, bool learned)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var network = TinyNetworks.New(OptionsOf(mask, conv, learned));
        var autoencoder = Autoencoder(network);
        autoencoder.eval();
        const int shorter = 5;
        var patches = randn(2, Steps * 3, 8);
        var (alone, _) = Masks.Of([shorter], shorter, new Random(6), CPU);
        var (together, _) = Masks.Of([shorter, Steps], Steps, new Random(6), CPU);
        var valid = ones([2, Steps], ScalarType.Bool);
        valid[0, TensorIndex.Slice(shorter)] = false;

        var one = autoencoder.Reconstruct(patches.narrow(0, 0, 1).narrow(1, 0, shorter * 3), alone, null);
        var both = autoencoder.Reconstruct(patches, together, valid);

        Close.To(Values(one, 0), Values(both.narrow(1, 0, shorter * 3), 0), 2e-5);
        autoencoder.Decoder.Dispose();
    }

    [Fact]
    public void Local_LimitsAttentionInTimeAndFrequency()
    {
        using var scope = NewDisposeScope();
        var network = TinyNetworks.Options.Encoder;
        var mask = PositionMask.Local(network, TinyNetworks.Options, Steps, null, zeros(1), maxSteps: 2, maxRows: 1);

        bool Sees(int step, int row, int otherStep, int otherRow) => mask.Attention![step * 3 + row, otherStep * 3 + otherRow].item<bool>();

        Assert.True(Sees(3, 0, 5, 1) && Sees(3, 2, 1, 1) && Sees(0, 0, 0, 0));
        Assert.False(Sees(3, 0, 6, 0) || Sees(3, 0, 3, 2) || Sees(7, 2, 4, 2));
    }

    private static PatchMasks Masks => new(new PretrainingOptions { MaskRatio = 0.6 }, rows: 3);

    private static AudioBsqOptions OptionsOf(AttentionMask mask, bool conv, bool learned) => TinyNetworks.With(
        conv, mask, learned ? Compatibility.Corrected with { LearnedPositions = true } : Compatibility.Corrected);

    private static MaskedAutoencoder Autoencoder(AudioBsqNetwork network)
    {
        var autoencoder = new MaskedAutoencoder(network, new MaskedDecoderOptions { Width = 16, Heads = 2, AttentionFrames = 4 });
        autoencoder.eval();
        foreach (var parameter in autoencoder.Decoder.parameters())
        {
            if (parameter.dim() > 1) parameter.normal_(0, 0.3);
        }

        return autoencoder;
    }

    private static float[] Values(Tensor x, int clip) => [.. x[clip].contiguous().data<float>()];
}
