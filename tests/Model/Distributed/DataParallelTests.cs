using AudioBsq.Distributed;
using AudioBsq.Networks;
using AudioBsq.Tests.Model.Training;
using AudioBsq.Tests.Model.Vocoding;
using AudioBsq.Training;
using AudioBsq.Vocoding;
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
    public void Step_OfRanksIsThatOfOneProcess(int size) => CheckIsSame(size, Steps, group => Train(group, Options, Steps));

    [Fact]
    public void Step_WithADiscriminatorIsThatOfOneProcess()
    {
        var options = Options with
        {
            Adversarial = new AdversarialOptions
            {
                StartStep = 1,
                WarmupSteps = 2,
                PenaltyEvery = 2,
                Layers = 1,
                Width = 8,
                Adaptive = true,
                ClipShare = 1,
            },
        };

        CheckIsSame(2, 2, group => Train(group, options, 2));
    }

    [Theory]
    [InlineData(2, false), InlineData(3, false), InlineData(2, true)]
    public void Step_OfAVocoderIsThatOfOneProcess(int size, bool adversarial) => CheckIsSame(size, 2, tolerance: 1e-4, train: group =>
    {
        var training = SmallVocoder.Training with
        {
            BatchSize = 6,
            CropFrames = 24,
            MaxSteps = 2,
            PhaseWeight = 0, // its gradient jumps where a phase turns over, which rounding decides
            Envelope = new EnvelopeOptions { SegmentSeconds = 0.1 },
            Adversarial = adversarial ? new VocoderAdversarialOptions { StartStep = 1, Width = 8 } : null,
        };
        using var vocoder = WithTheGenerator(() => SmallVocoder.Create());
        using var trainer = WithTheGenerator(() =>
        {
            manual_seed(4);
            return new VocoderTrainer(vocoder, training);
        });
        float[][] crops = [.. Enumerable.Range(1, 6).Select(seed => SmallVocoder.Rows(24 * 160, seed))];
        vocoder.Network.train();
        double[] losses = [.. Enumerable.Range(0, 2).Select(step =>
        {
            using var scope = NewDisposeScope();
            return trainer.Step(VocoderBatch.Of(crops, vocoder, training, step), step)!.Loss;
        })];
        return new Result(MomentsOf(trainer.Tensors), losses);
    });

    [Theory]
    [InlineData(2), InlineData(4)]
    public void Step_OfPretrainingIsThatOfOneProcess(int size) => CheckIsSame(size, 10, group =>
    {
        var options = new PretrainingOptions
        {
            Training = Options,
            MaskRatio = 0.5,
            Decoder = new MaskedDecoderOptions { Width = 16, Layers = 1, Heads = 2 },
        };
        using var network = WithTheGenerator(() => Runs.Network(Model));
        using var trainer = WithTheGenerator(() => new MaskedTrainer(network, options, CPU));
        double[] losses = [.. Enumerable.Range(0, 10).Select(step =>
        {
            using var scope = NewDisposeScope();
            return trainer.Step([Batch(group, step, padded: true)], step, default)!.Loss;
        })];
        return new Result(WeightsOf(network.EncoderBlocks), losses);
    });

    private static void CheckIsSame(int size, int steps, Func<RankGroup, Result> train, double tolerance = 1e-5)
    {
        var alone = Ranks.Run(1, train).Single();

        var ranks = Ranks.Run(size, train);

        Assert.Equal(steps, alone.Losses.Length);
        Assert.All(ranks, rank => Assert.Equal(ranks[0].Weights, rank.Weights));
        foreach (var (name, values) in alone.Weights.Where(entry => HasGradient(entry.Key)))
            Close.To(values, ranks[0].Weights[name], tolerance, name);
        Assert.All(alone.Losses.Zip(ranks[0].Losses), pair => Close.To(pair.First, pair.Second, 1e-5 * Math.Max(1, pair.First)));
    }

    // Gradient descent without momentum: a difference of the gradients is not amplified.
    private static Result Descend(RankGroup group, bool padded, double learningRate) => Run(group, Options, (trainer, network, batch, step)
        =>
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

    private static Result Train(RankGroup group, TrainingOptions options, int steps) =>
        Run(group, options with { MaxSteps = steps }, (trainer, _, batch, step) => trainer.Step([batch], step)!.Loss, padded: true);

    private static Result Run(
        RankGroup group, TrainingOptions options, Func<Trainer, AudioBsqNetwork, MelBatch, int, double> take, bool padded)
    {
        using var network = WithTheGenerator(() => Runs.Network(Model));
        using var trainer = WithTheGenerator(() =>
        {
            manual_seed(4);
            return new Trainer(network, Small.Mel, options, CPU);
        });
        double[] losses = [.. Enumerable.Range(0, options.MaxSteps).Select(step =>
        {
            using var scope = NewDisposeScope();
            return take(trainer, network, Batch(group, step, padded), step);
        })];
        return new Result(options.Adversarial is null ? WeightsOf(network) : MomentsOf(trainer.Tensors), losses);
    }

    // This rank's part of a step's batch of 8 clips.
    private static MelBatch Batch(RankGroup group, int step, bool padded)
    {
        int[] frames = [.. Enumerable.Range(0, 8).Select(i => padded && (i + step) % 3 == 0 ? 13 + i : 32)];
        var (start, count) = group.PartOf(frames.Length);
        var clips = Small.Mels(100 + step, frames).Skip(start).Take(count);
        return MelBatch.Of([.. clips.Select(clip => (ReadOnlyMemory<float>)clip)], Model, Model.Bands, CPU, frames.Max());
    }

    // All ranks of these tests have one global generator.
    private static T WithTheGenerator<T>(Func<T> make)
    {
        lock (typeof(DataParallelTests)) return make();
    }

    private static Dictionary<string, float[]> WeightsOf(nn.Module network) =>
        network.state_dict().ToDictionary(entry => entry.Key, entry => Values(entry.Value));

    // The first moments of optimizers, which are averages of gradients.
    private static Dictionary<string, float[]> MomentsOf(IEnumerable<(string Name, Tensor Tensor)> state) =>
        state.Where(entry => entry.Name.EndsWith(".first", StringComparison.Ordinal))
            .ToDictionary(entry => entry.Name, entry => Values(entry.Tensor));

    private static float[] Values(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float32).contiguous().data<float>().ToArray();
    }

    private sealed record Result(Dictionary<string, float[]> Weights, double[] Losses);
}
