using AudioBsq.Native;
using AudioBsq.Networks;
using AudioBsq.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Training;

[NoTensorLeaks]
public class TrainerTests
{
    private static readonly TrainingOptions Options = Runs.Options with { WarmupSteps = 0 };

    [Theory]
    [InlineData(false), InlineData(true)] // with and without padded frames
    public void Step_OfTwoBatchesIsThatOfOneTwiceAsLarge(bool padded)
    {
        using var scope = NewDisposeScope();
        var options = Options with { CodebookWeight = 0, AccumulateBatches = 2 }; // the entropy of codes is a batch's own
        int[] frames = padded ? [32, 20, 7, 32] : [32, 32, 32, 32];
        float[][] clips = Small.Mels(4, frames);
        MelBatch Of(params int[] which) => MelBatch.Of([.. which.Select(i => (ReadOnlyMemory<float>)clips[i])], Small.Options, CPU);

        var (whole, wholeStep) = After([Of(0, 1, 2, 3)], options);
        var (parts, partsStep) = After([Of(0, 1), Of(2, 3)], options);

        Close.To(wholeStep.GradientNorm, partsStep.GradientNorm, 1e-6 * wholeStep.GradientNorm);
        Close.To(wholeStep.Loss, partsStep.Loss, 1e-6);
        Close.To(whole, parts, 2e-4); // AdamW's first step is nearly the sign of a gradient, whatever its size
        Assert.True(whole.Zip(parts).Average(pair => Math.Abs(pair.First - pair.Second)) < 1e-7);
    }

    [Fact]
    public void Step_IsThatOfTorchsOwnAdamW()
    {
        using var scope = NewDisposeScope();
        var (mine, theirs) = (Parameter(tensor(new[] { 1f, -2, 3 })), Parameter(tensor(new[] { 1f, -2, 3 })));
        using var ours = new AdamWOptimizer([("x", mine, 0.1)], 0.9, 0.99);
        using var torchs = optim.AdamW([theirs], 0.01, 0.9, 0.99, 1e-8, 0.1);
        for (int step = 0; step < 10; step++)
        {
            ours.ClearGradients();
            torchs.zero_grad();
            (mine * mine * (step - 4)).sum().backward();
            (theirs * theirs * (step - 4)).sum().backward();

            ours.Step(0.01);
            torchs.step();

            Close.To(theirs, mine, 1e-6, $"step {step}");
        }
    }

    [Fact]
    public void Step_SkipsWhatIsNotFiniteAndGivesUpAfterAsManyAsToldInARow()
    {
        using var scope = NewDisposeScope();
        using var network = Runs.Network(Runs.Model);
        using var trainer = new Trainer(network, Small.Mel, Options with { MaxSkippedInARow = 3 }, CPU);
        var (good, bad) = (Runs.Batch(Runs.Model, 32), Runs.Batch(Runs.Model, 32));
        bad.Mel[0, 3, 4] = float.NaN;
        trainer.Step([good], 0);
        float[] before = Runs.Weights(network);

        Assert.Null(trainer.Step([bad], 1));
        Assert.Null(trainer.Step([good, bad], 2));
        Assert.Equal(before, Runs.Weights(network)); // batch statistics too
        Assert.NotNull(trainer.Step([good], 3));
        Assert.Null(trainer.Step([bad], 4));
        Assert.Null(trainer.Step([bad], 5));

        string message = Assert.Throws<ArithmeticException>(() => trainer.Step([bad], 6)).Message;
        Assert.Contains("3 steps in a row", message);
        Assert.Contains("holds NaN or infinity", message);
        Assert.Equal(5, trainer.Optimization.Skipped);
    }

    [Fact]
    public void Step_ChangesNoWeightWithoutGradientAndDecaysOnlyWhatShould()
    {
        using var scope = NewDisposeScope();
        var (unused, plain, decayed) = (Parameter(ones(2)), Parameter(ones(2)), Parameter(ones(2)));
        using var optimizer = new AdamWOptimizer([("unused", unused, 0.5), ("plain", plain, 0), ("decayed", decayed, 0.5)], 0.9, 0.99);
        (plain.sum() * 3).Plus(decayed.sum() * 3).backward();

        optimizer.Step(0.1);

        Close.To(ones(2), unused, 0);
        Close.To(ones(2) * 0.9f, plain, 1e-6); // the first step is the sign of the gradient times the learning rate
        Close.To(ones(2) * 0.85f, decayed, 1e-6);
    }

    [Fact]
    public void Step_EndsBetweenTwoBatches_WhenCancelled()
    {
        using var scope = NewDisposeScope();
        using var network = Runs.Network(Small.Options);
        using var trainer = new Trainer(network, Small.Mel, Options, CPU);
        float[] before = Runs.Weights(network);

        Assert.Throws<OperationCanceledException>(() => trainer.Step([Runs.Batch(Small.Options, 32)], 0, new CancellationToken(true)));

        Assert.Equal(before, Runs.Weights(network));
    }

    [Fact]
    public void Step_WithBFloat16IsNearSinglePrecisionAndKeepsSingleWeights()
    {
        using var scope = NewDisposeScope();
        var model = Runs.Model with { Encoder = Runs.Model.Encoder with { Dropout = 0, AttentionDropout = 0, DropPath = 0 } };
        MelBatch[] batches = [Runs.Batch(model, 32, 32, 20, 32)];

        var (_, full) = After(batches, Options, model);
        var (weights, half) = After(batches, Options with { Precision = TrainingPrecision.BFloat16 }, model);

        Assert.NotEqual(full.Loss, half.Loss);
        Close.To(full.Loss, half.Loss, 0.02 * full.Loss);
        Close.To(full.GradientNorm, half.GradientNorm, 0.1 * full.GradientNorm);
        Assert.All(weights, weight => Assert.True(float.IsFinite(weight)));
        Assert.Null(ComputeType.Current);
    }

    [Fact, Trait("Speed", "Slow")]
    public void Train_WithBFloat16LearnsAsWell()
    {
        var options = Options with { MaxSteps = 80, BatchSize = 8 };
        double ErrorOf(TrainingPrecision precision)
        {
            using var model = AudioBsqModel.Train(
                TrainingData.Of(Runs.Clips), Small.Options, Small.Mel, options with { Precision = precision });
            return model.Evaluate(Runs.Clips).MeanAbsoluteError;
        }

        double full = ErrorOf(TrainingPrecision.Full), half = ErrorOf(TrainingPrecision.BFloat16);

        Assert.True(half < 1.1 * full, $"{half:F3} dB with bfloat16, {full:F3} dB without");
    }

    private static (float[] Weights, TokenizerStep Result) After(
        IReadOnlyList<MelBatch> batches, TrainingOptions options, AudioBsqOptions? model = null)
    {
        using var network = Runs.Network(model ?? Small.Options);
        using var trainer = new Trainer(network, Small.Mel, options, CPU);
        var result = trainer.Step(batches, step: 0)!;
        return (Runs.Weights(network), result);
    }

    private static Parameter Parameter(Tensor values) => new(values);
}
