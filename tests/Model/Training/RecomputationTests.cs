using AudioBsq.Networks;
using AudioBsq.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Training;

[NoTensorLeaks]
public class RecomputationTests
{
    public static TheoryData<Recomputation> Modes => [Recomputation.Blocks, Recomputation.Selective];

    public static IEnumerable<object[]> Cases =>
        from mode in new[] { Recomputation.Blocks, Recomputation.Selective }
        from mask in Enum.GetValues<AttentionMask>()
        from conv in new[] { false, true }
        from padded in new[] { false, true }
        select new object[] { mode, mask, conv, padded };

    [Theory]
    [InlineData(Recomputation.Blocks, TrainingPrecision.Full), InlineData(Recomputation.Blocks, TrainingPrecision.BFloat16)]
    [InlineData(Recomputation.Selective, TrainingPrecision.Full), InlineData(Recomputation.Selective, TrainingPrecision.BFloat16)]
    public void Train_ToTheSameWeights(Recomputation mode, TrainingPrecision precision)
    {
        var options = Runs.Everything with { MaxSteps = 6, Precision = precision };

        Assert.Equal(Runs.Train(options), Runs.Train(options with { Recomputation = mode })); // dropout, padding, batch statistics and all
    }

    [Theory, MemberData(nameof(Cases))]
    public void Gradients_AreTheSame(Recomputation mode, AttentionMask mask, bool conv, bool padded)
    {
        using var scope = NewDisposeScope();
        var options = TinyNetworks.With(conv, mask);
        int[] frames = padded ? [16, 16, 5] : [16, 16, 16];

        var (loss, expected) = GradientsOf(options, null, frames);
        var (lossAgain, actual) = GradientsOf(options, mode, frames);

        Assert.Equal(loss, lossAgain);
        Assert.Equal(expected.Keys, actual.Keys);
        Assert.All(expected, gradient => Assert.True(gradient.Value.SequenceEqual(actual[gradient.Key]), gradient.Key));
        Assert.Contains(expected.Values, gradient => gradient.Any(x => Math.Abs(x) > 1e-3));
    }

    [Theory, MemberData(nameof(Modes))]
    public void Step_ThrowsWhatTheSecondRunThrew(Recomputation mode)
    {
        using var scope = NewDisposeScope();
        var (first, second, memory) = (Block(), Block(), MemoryOf(mode));
        var x = randn(1, 4, 32).requires_grad_();
        var mask = new PositionMask(null, false, null, null);
        var y = memory.Run(second, memory.Run(first, x, mask, seed: null), mask, seed: null);
        second.Dispose(); // so it cannot run again

        y.sum().backward();

        Assert.NotNull(Record.Exception(memory.ThrowIfFailed));
        memory.ThrowIfFailed(); // only once
        first.Dispose();
    }

    [Theory, MemberData(nameof(Modes))]
    public void Backward_HoldsNothingUntilItsEnd(Recomputation mode)
    {
        using var scope = NewDisposeScope();
        var (block, memory) = (Block(), MemoryOf(mode));
        var (x, mask) = (randn(1, 4, 32).requires_grad_(), new PositionMask(null, false, null, null));
        for (int i = 0; i < 20; i++) x = memory.Run(block, x, mask, seed: null);
        var loss = x.sum();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        loss.backward();

        Assert.InRange(DisposeScopeManager.Statistics.ThreadTotalLiveCount - before, 0, 3); // what the last function gave
        memory.ThrowIfFailed();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        block.Dispose();
    }

    [Theory, MemberData(nameof(Modes))]
    public void Validation_DoesNotUseIt(Recomputation mode)
    {
        using var scope = NewDisposeScope();
        using var network = Runs.Network(Runs.Model);
        network.Memory = MemoryOf(mode);
        network.eval();
        var batch = Runs.Batch(Runs.Model, 32);

        var z = network.Encode(network.Scale(batch.Mel), null);
        foreach (var parameter in network.parameters()) parameter.Dispose(); // nothing could be computed again
        Assert.NotNull(Record.Exception(() => network.Encode(network.Scale(batch.Mel), null)));
        z.sum().backward();

        network.Memory.ThrowIfFailed();
    }

    private static (double Loss, Dictionary<string, float[]> Gradients) GradientsOf(AudioBsqOptions options, Recomputation? mode, int[] frames)
    {
        using var network = TinyNetworks.New(options);
        network.Memory = mode is { } recomputation ? MemoryOf(recomputation) : null;
        network.train();
        var clips = frames.Select((count, i) => (ReadOnlyMemory<float>)Enumerable.Range(0, count * options.Bands).Select(j => -40 - 30 * MathF.Sin(i + 0.3f * j)).ToArray());
        var batch = MelBatch.Of([.. clips], options, CPU);
        var z = network.Encode(network.Scale(batch.Mel), batch.ValidSteps);
        var loss = ReconstructionLoss.Mean(network.Decode(z, batch.ValidSteps), network.Scale(batch.Mel), batch.ValidFrames);
        loss.backward();
        network.Memory?.ThrowIfFailed();
        float[] Numbers(Tensor tensor) => tensor.contiguous().data<float>().ToArray();
        return (loss.item<float>(), network.named_parameters().Where(p => p.parameter.grad is not null).ToDictionary(p => p.name, p => Numbers(p.parameter.grad!)));
    }

    private static TransformerBlock Block() => new(Small.Options.Encoder with { UseConvModule = true }, Small.Options);

    private static ActivationMemory MemoryOf(Recomputation mode) => mode == Recomputation.Blocks ? new BlockMemory() : new SelectiveMemory();
}
