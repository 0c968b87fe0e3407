using AudioBsq.Networks;
using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Training;

[NoTensorLeaks]
public class BlockMemoryTests
{
    [Theory]
    [InlineData(TrainingPrecision.Full), InlineData(TrainingPrecision.BFloat16)]
    public void Train_ToTheSameWeights(TrainingPrecision precision)
    {
        var options = Runs.Everything with { MaxSteps = 6, Precision = precision };

        Assert.Equal(Runs.Train(options), Runs.Train(options with { RecomputeBlocks = true })); // dropout, batch statistics and all
    }

    [Theory]
    [InlineData(AttentionMask.None), InlineData(AttentionMask.Causal), InlineData(AttentionMask.BlockCausal)]
    public void Train_ToTheSameWeightsWithMasks(AttentionMask mask)
    {
        var model = Runs.Model with { Encoder = Runs.Model.Encoder with { Mask = mask } };
        var options = Runs.Options with { MaxSteps = 4 };

        Assert.Equal(Runs.Train(options, model), Runs.Train(options with { RecomputeBlocks = true }, model));
    }

    [Fact]
    public void Step_ThrowsWhatTheSecondRunOfABlockThrew()
    {
        using var scope = NewDisposeScope();
        var (block, memory) = (new TransformerBlock(Small.Options.Encoder, Small.Options), new BlockMemory());
        var x = randn(1, 4, 32).requires_grad_();
        var y = memory.Run(block, x, new PositionMask(null, false, null), seed: null);
        block.Dispose(); // so it cannot run again

        y.sum().backward();

        Assert.NotNull(Record.Exception(memory.ThrowIfFailed));
        memory.ThrowIfFailed(); // only once
    }

    [Fact]
    public void Validation_DoesNotUseIt()
    {
        using var scope = NewDisposeScope();
        using var network = Runs.Network(Runs.Model);
        network.BlockMemory = new BlockMemory();
        network.eval();
        var batch = Runs.Batch(Runs.Model, 32);

        var z = network.Encode(network.Scale(batch.Mel), null);
        z.sum().backward();

        Assert.NotNull(network.LastWeight);
        network.BlockMemory.ThrowIfFailed();
    }
}
