using AudioBsq.Distributed;
using AudioBsq.Networks;
using AudioBsq.Tests.Model.Distributed;
using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Training;

[NoTensorLeaks]
public sealed class GradientWorkersTests : IDisposable
{
    private static readonly AudioBsqOptions Model = Runs.Model with
    {
        Encoder = Runs.Model.Encoder with { Dropout = 0, AttentionDropout = 0, DropPath = 0, Layers = 2 },
    };

    // All that a worker computes with, but for parts of a batch that depend on its size.
    private static readonly TrainingOptions Options = Runs.Everything with
    {
        WarmupSteps = 0,
        BatchSize = 6,
        Adversarial = Runs.Everything.Adversarial! with { StartStep = 1, ClipShare = 1 },
    };

    private readonly string _folder = TestData.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(2, false), InlineData(3, false), InlineData(4, true), InlineData(6, true)]
    public void Gradients_AreThoseOfOneThread(int workers, bool padded)
    {
        var (losses, gradients) = Descend(Options with { Workers = 1 }, padded);

        var (shared, sharedGradients) = Descend(Options with { Workers = workers }, padded);

        Assert.All(losses.Zip(shared), pair => Close.To(pair.First, pair.Second, 2e-6));
        foreach (var (name, values) in gradients) Close.To(values, sharedGradients[name], 1e-6, name);
    }

    [Fact]
    public void Gradients_WithActivationCheckpointingAreThoseOfOneThread()
    {
        var options = Options with { ActivationCheckpointing = true };
        var (losses, gradients) = Descend(options with { Workers = 1 }, padded: true);

        var (shared, sharedGradients) = Descend(options with { Workers = 2 }, padded: true);

        Assert.All(losses.Zip(shared), pair => Close.To(pair.First, pair.Second, 2e-6));
        foreach (var (name, values) in gradients) Close.To(values, sharedGradients[name], 1e-6, name);
    }

    [Fact]
    public void Step_OfADiscriminatorIsThatOfOneThread()
    {
        float[] One(int workers)
        {
            using var scope = NewDisposeScope();
            using var network = Runs.Network(Model);
            manual_seed(4);
            using var trainer = new Trainer(network, Small.Mel, Options with { Workers = workers }, CPU);
            for (int step = 0; step < 2; step++) trainer.Step([Batch(padded: true)], step);
            return [.. trainer.Tensors.Where(entry => entry.Name.EndsWith(".first", StringComparison.Ordinal)) // averages of gradients
                .SelectMany(entry => entry.Tensor.detach().to(ScalarType.Float32).contiguous().data<float>().ToArray())];
        }

        Close.To(One(1), One(2), 1e-5);
    }

    [Fact]
    public void Train_GivesTheSameWeightsAgain_AndAfterAnInterruption()
    {
        var options = Options with { Workers = 2, Ema = null, MaxSteps = 8 };
        byte[] expected = Runs.Train(options, Model);
        var resumable = options with { Checkpoints = new CheckpointOptions { Folder = _folder, Every = 2 } };
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Runs.Train(
            resumable with { ReportEvery = 1 }, Model, progress => { if (progress.Step == 5) stop.Cancel(); }, cancellation: stop.Token));

        Assert.Equal(expected, Runs.Train(resumable, Model));
        Assert.Equal(expected, Runs.Train(options, Model));
    }

    [Fact]
    public void Step_SkipsWhatIsNotFinite_AndCanBeCancelledBetweenBatches()
    {
        using var scope = NewDisposeScope();
        using var network = Runs.Network(Model);
        using var trainer = new Trainer(network, Small.Mel, Options with { Workers = 2 }, CPU);
        var (good, bad) = (Batch(padded: false), Batch(padded: false));
        bad.Mel[5, 3, 4] = float.NaN; // in the part of the second thread
        float[] before = Runs.Weights(network);

        Assert.Null(trainer.Step([bad], 0));
        Assert.Equal(before, Runs.Weights(network));
        Assert.NotNull(trainer.Step([good], 1));
        before = Runs.Weights(network);
        Assert.Throws<OperationCanceledException>(() => trainer.Step([good, good], 2, new CancellationToken(true)));
        Assert.Equal(before, Runs.Weights(network));
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void Failure_OfAnyThreadIsThatOfTheStep(int rank)
    {
        using var workers = new GradientWorkers<NoPass>(new NoPass(), () => new NoPass(), 3);

        var failure = Assert.Throws<InvalidTimeZoneException>(() => workers.Run(pass =>
        {
            if (RankGroup.Current.Rank == rank) throw new InvalidTimeZoneException("here");
            return RankGroup.Current.Sum(1.0);
        }));

        Assert.Equal("here", failure.Message);
        Assert.Equal(1, RankGroup.Current.Size);
    }

    [Fact]
    public void Batch_OfFewerClipsThanThreadsIsOfOneThread()
    {
        using var scope = NewDisposeScope();
        using var network = Runs.Network(Model);
        using var trainer = new Trainer(network, Small.Mel, Options with { Workers = 4 }, CPU);

        Assert.NotNull(trainer.Step([Runs.Batch(Model, 32, 32, 32)], 0));
    }

    [Fact]
    public void Count_IsOneForEachThreadOfTorch_WhereThatCanBe()
    {
        int threads = get_num_threads();
        var options = new TrainingOptions { BatchSize = 64 };
        using var network = Runs.Network(Model);
        using var random = Runs.Network(Runs.Model); // dropout
        using var large = nn.ParameterList(new TorchSharp.Modules.Parameter(empty(1L << 28))); // 1 GiB of gradients

        Assert.Equal(threads, WorkerCount.Of(options, network, CPU));
        Assert.Equal(1, WorkerCount.Of(options with { BatchSize = 1 }, network, CPU));
        Assert.Equal(5, WorkerCount.Of(options with { Workers = 5 }, network, CPU));
        Assert.Equal(1, WorkerCount.Of(options with { Workers = 5 }, random, CPU));
        Assert.Equal(1, WorkerCount.Of(options, network, new Device("cuda:0")));
        Assert.Equal(1, WorkerCount.Of(options, large, CPU));
        Assert.Equal(5, WorkerCount.Of(options with { Workers = 5 }, large, CPU));
        Ranks.Run(2, _ =>
        {
            Assert.Equal(1, WorkerCount.Of(options with { Workers = 5 }, network, CPU));
            return 0;
        });
    }

    // Gradient descent without momentum: a difference of the gradients is not amplified. Returns the losses and the weights.
    private static (double[] Losses, Dictionary<string, float[]> Weights) Descend(TrainingOptions options, bool padded)
    {
        using var network = Runs.Network(Model);
        using var trainer = new Trainer(network, Small.Mel, options with { Adversarial = null }, CPU);
        double[] losses = [.. Enumerable.Range(0, 5).Select(step =>
        {
            using var scope = NewDisposeScope();
            double loss = trainer.Gradients([Batch(padded), Batch(padded: false)], step, default)!.Total;
            using var _ = no_grad();
            foreach (var parameter in network.parameters())
            {
                if (parameter.grad is { } gradient) parameter.sub_(gradient * 0.05);
            }

            return loss;
        })];
        using var whole = NewDisposeScope();
        return (losses, network.state_dict().ToDictionary(
            entry => entry.Key, entry => entry.Value.detach().to(ScalarType.Float32).contiguous().data<float>().ToArray()));
    }

    private static MelBatch Batch(bool padded) => Runs.Batch(Model, padded ? [32, 13, 20, 32, 7, 32] : [32, 32, 32, 32, 32, 32]);

    private sealed class NoPass : IGradientPass
    {
        public IEnumerable<nn.Module> Modules => [];

        public void Dispose()
        {
        }
    }
}
