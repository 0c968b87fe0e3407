using AudioBsq.Networks;
using AudioBsq.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Training;

[NoTensorLeaks]
public class ActivationCheckpointingTests
{
    public static IEnumerable<object[]> Cases =>
        from mask in Enum.GetValues<AttentionMask>()
        from conv in new[] { false, true }
        from padded in new[] { false, true }
        select new object[] { mask, conv, padded };

    [Theory, Trait("Speed", "Slow")]
    [InlineData(TrainingPrecision.Full), InlineData(TrainingPrecision.BFloat16)]
    public void Train_ToTheSameWeights(TrainingPrecision precision)
    {
        var options = Runs.Everything with { MaxSteps = 6, Precision = precision };

        // With dropout, padding, batch statistics and all.
        Assert.Equal(Runs.Train(options), Runs.Train(options with { ActivationCheckpointing = true }));
    }

    [Theory, MemberData(nameof(Cases))]
    [Trait("Speed", "Slow")]
    public void Gradients_AreTheSame(AttentionMask mask, bool conv, bool padded)
    {
        using var scope = NewDisposeScope();
        var options = TinyNetworks.With(conv, mask);
        int[] frames = padded ? [16, 16, 5] : [16, 16, 16];

        var (loss, expected) = GradientsOf(options, checkpointing: null, frames);
        var (lossAgain, actual) = GradientsOf(options, new(), frames);

        Assert.Equal(loss, lossAgain);
        Assert.Equal(expected.Keys, actual.Keys);
        Assert.All(expected, gradient => Assert.True(gradient.Value.SequenceEqual(actual[gradient.Key]), gradient.Key));
        Assert.Contains(expected.Values, gradient => gradient.Any(x => Math.Abs(x) > 1e-3));
    }

    [Fact]
    public void Step_ThrowsWhatTheSecondPassThrew()
    {
        using var scope = NewDisposeScope();
        var (first, second, checkpointing) = (Block(), Block(), new ActivationCheckpointing());
        var x = randn(1, 4, 32).requires_grad_();
        var mask = new PositionMask(null, false, null, null);
        var y = checkpointing.Run(second, checkpointing.Run(first, x, mask, seed: null), mask, seed: null);
        second.Dispose(); // so it cannot run again

        y.sum().backward();

        Assert.NotNull(Record.Exception(checkpointing.ThrowIfFailed));
        checkpointing.ThrowIfFailed(); // only once
        first.Dispose();
    }

    [Fact]
    public void Backward_HoldsNothingUntilItsEnd()
    {
        using var scope = NewDisposeScope();
        var (block, checkpointing) = (Block(), new ActivationCheckpointing());
        var (x, mask) = (randn(1, 4, 32).requires_grad_(), new PositionMask(null, false, null, null));
        for (int i = 0; i < 20; i++) x = checkpointing.Run(block, x, mask, seed: null);
        var loss = x.sum();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        loss.backward();

        Assert.InRange(DisposeScopeManager.Statistics.ThreadTotalLiveCount - before, 0, 3); // what the last function gave
        checkpointing.ThrowIfFailed();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        block.Dispose();
    }

    [Fact]
    public void Validation_DoesNotUseIt()
    {
        using var scope = NewDisposeScope();
        using var network = Runs.Network(Runs.Model);
        network.Checkpointing = new();
        network.eval();
        var batch = Runs.Batch(Runs.Model, 32);

        var z = network.Encode(network.Scale(batch.Mel), null);
        foreach (var parameter in network.parameters()) parameter.Dispose(); // nothing could be computed again
        Assert.NotNull(Record.Exception(() => network.Encode(network.Scale(batch.Mel), null)));
        z.sum().backward();

        network.Checkpointing.ThrowIfFailed();
    }

    private static (double Loss, Dictionary<string, float[]> Gradients) GradientsOf(
        AudioBsqOptions options, ActivationCheckpointing? checkpointing, int[] frames)
    {
        using var network = TinyNetworks.New(options);
        network.Checkpointing = checkpointing;
        network.train();
        ReadOnlyMemory<float> Clip(int count, int i) =>
            Enumerable.Range(0, count * options.Bands).Select(j => -40 - 30 * MathF.Sin(i + 0.3f * j)).ToArray();
        var clips = frames.Select(Clip);
        var batch = MelBatch.Of([.. clips], options, CPU);
        var z = network.Encode(network.Scale(batch.Mel), batch.ValidSteps);
        var loss = ReconstructionLoss.Mean(network.Decode(z, batch.ValidSteps), network.Scale(batch.Mel), batch.ValidFrames);
        loss.backward();
        checkpointing?.ThrowIfFailed();
        float[] Values(Tensor tensor) => tensor.contiguous().data<float>().ToArray();
        var fitted = network.named_parameters().Where(p => p.parameter.grad is not null);
        return (loss.item<float>(), fitted.ToDictionary(p => p.name, p => Values(p.parameter.grad!)));
    }

    private static TransformerBlock Block() => new(Small.Options.Encoder with { UseConvModule = true }, Small.Options);
}
