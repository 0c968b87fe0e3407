using AudioBsq.Distributed;
using AudioBsq.Networks;
using AudioBsq.Tests.Model.Training;
using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Distributed;

[NoTensorLeaks]
[Trait("Speed", "Slow")]
public class DataParallelTests
{
    private const int Steps = 50;

    // The true gradient of these is zero: of the bias of attention's keys, and of a bias before batch normalisation. AdamW turns its
    // rounding into steps of full size.
    private static bool HasGradient(string name) => !name.EndsWith("in_proj_bias", StringComparison.Ordinal)
        && !name.EndsWith("depthwise_conv.bias", StringComparison.Ordinal)
        && !name.EndsWith("batch_norm.running_mean", StringComparison.Ordinal); // which that bias shifts

    private static AudioBsqOptions Model { get; } = Runs.Model with
    {
        Encoder = Runs.Model.Encoder with { Dropout = 0, AttentionDropout = 0, DropPath = 0, Layers = 2 },
        Quantizer = Runs.Model.Quantizer with { Bits = 6, GroupSize = 3 },
    };

    private static TrainingOptions Options { get; } = Runs.Options with
    {
        MaxSteps = Steps,
        WarmupSteps = 0,
        BatchSize = 8,
        MultiResolution = new MultiResolutionOptions(),
        Envelope = new EnvelopeOptions { SegmentSeconds = 0.1 },
    };

    [Theory]
    [InlineData(2, false), InlineData(4, false), InlineData(2, true), InlineData(4, true)]
    public void Gradients_OfRanksAddUpToThoseOfOneProcess(int size, bool padded)
    {
        var alone = Ranks.Run(1, group => Descend(group, padded, learningRate: 0.05)).Single();

        var ranks = Ranks.Run(size, group => Descend(group, padded, learningRate: 0.05));

        Assert.All(ranks, rank => Assert.Equal(ranks[0].Weights, rank.Weights));
        foreach (var (name, values) in alone.Weights) Close.To(values, ranks[0].Weights[name], 1e-6, name);
        Assert.All(alone.Losses.Zip(ranks[0].Losses), pair => Close.To(pair.First, pair.Second, 2e-6));
    }

    [Theory]
    [InlineData(2), InlineData(4)]
    public void Step_OfRanksIsThatOfOneProcess(int size)
    {
        var alone = Ranks.Run(1, group => Train(group, Options)).Single();

        var ranks = Ranks.Run(size, group => Train(group, Options));

        Assert.All(ranks, rank => Assert.Equal(ranks[0].Weights, rank.Weights));
        foreach (var (name, values) in alone.Weights.Where(entry => HasGradient(entry.Key)))
            Close.To(values, ranks[0].Weights[name], 1e-5, name);
        Assert.All(alone.Losses.Zip(ranks[0].Losses), pair => Close.To(pair.First, pair.Second, 1e-5));
    }

    // Gradient descent without momentum: a difference of the gradients is not amplified.
    private static Result Descend(RankGroup group, bool padded, double learningRate) => Run(group, Options, (trainer, network, batch, step) =>
    {
        var losses = trainer.Gradients([batch], step, default)!;
        group.Gradients.Finish(network.parameters());
        using var _ = no_grad();
        foreach (var parameter in network.parameters())
        {
            if (parameter.grad is { } gradient) parameter.sub_(gradient * learningRate);
        }

        return losses.Total;
    }, padded);

    private static Result Train(RankGroup group, TrainingOptions options) =>
        Run(group, options, (trainer, _, batch, step) => trainer.Step([batch], step)!.Loss, padded: true);

    private static Result Run(
        RankGroup group, TrainingOptions options, Func<Trainer, AudioBsqNetwork, MelBatch, int, double> take, bool padded)
    {
        using var network = NewNetwork();
        using var trainer = new Trainer(network, Small.Mel, options, CPU);
        double[] losses = new double[Steps];
        for (int step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            int[] frames = [.. Enumerable.Range(0, 8).Select(i => padded && (i + step) % 3 == 0 ? 13 + i : 32)];
            var clips = Small.Mels(100 + step, frames);
            var (start, count) = group.PartOf(clips.Length);
            var batch = MelBatch.Of([.. clips.Skip(start).Take(count).Select(clip => (ReadOnlyMemory<float>)clip)], Model, Model.Bands, CPU, frames.Max());
            losses[step] = take(trainer, network, batch, step);
        }

        return new Result(network.state_dict().ToDictionary(entry => entry.Key, entry => Values(entry.Value)), losses);
    }

    private static AudioBsqNetwork NewNetwork()
    {
        lock (typeof(DataParallelTests)) return Runs.Network(Model); // all threads use one global generator
    }

    private static float[] Values(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float32).contiguous().data<float>().ToArray();
    }

    private sealed record Result(Dictionary<string, float[]> Weights, double[] Losses);
}
