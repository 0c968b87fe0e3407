using System.Diagnostics;
using AudioBsq.MLNet;
using AudioBsq.Training;
using Microsoft.ML;
using TorchSharp;
using Xunit.Abstractions;

namespace AudioBsq.Tests.Estimators;

/// <summary>Training and tokenizing go on for long: neither may gather tensors, nor memory.</summary>
public sealed class LeakTests(ITestOutputHelper output)
{
    private const double MostGrowth = 60; // MB; the runtime's own heaps move by some

    private readonly MLContext _ml = new(seed: 1);

    [Fact, NoTensorLeaks]
    public void Training_GathersNothing()
    {
        var alive = new List<long>();
        var memory = new List<double>();
        using var tokenizer = _ml.Transforms.TokenizeAudio("Tokens", "Mel", new AudioTokenizerOptions
        {
            Model = Small.Options,
            Mel = Small.Mel,
            Training = new TrainingOptions { MaxSteps = 250, BatchSize = 8, ReportEvery = 50, ValidateEvery = 50 },
            ValidationSet = _ml.View(MelData.Rows(2, 40)),
            Device = "cpu",
            MetricsCallback = _ =>
            {
                alive.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
                memory.Add(Megabytes());
            },
        }).Fit(_ml.View(MelData.Rows(1, 64, 64, 40, 17)));

        Report("200 training steps", alive[^1] - alive[0], memory[^1] - memory[0]);
        Assert.Equal(5, alive.Count);
        Assert.All(alive, count => Assert.Equal(alive[0], count));
        Assert.True(memory[^1] - memory[0] < MostGrowth, $"{memory[^1] - memory[0]:F1} MB");
    }

    [Theory, NoTensorLeaks, InlineData(1), InlineData(16)]
    public void Transform_GathersNothing(int batchSize)
    {
        using var model = MelData.Model();
        using var tokenizer = _ml.Tokenizer(model, batchSize);
        using var reconstructor = tokenizer.CreateReconstructor("Reconstructed");
        int Rows(int count) =>
            reconstructor.Transform(
                tokenizer.Transform(_ml.Counted(Enumerable.Range(0, count).Select(i => MelData.Rows(i, 40 + i % 3)[0]), _ => { })))
            .Preview(count).RowView.Length;
        Rows(200);
        var (alive, memory) = (DisposeScopeManager.Statistics.ThreadTotalLiveCount, Megabytes());

        Assert.Equal(2_000, Rows(2_000));

        double growth = Megabytes() - memory;
        Report($"2,000 rows in batches of {batchSize}", DisposeScopeManager.Statistics.ThreadTotalLiveCount - alive, growth);
        Assert.Equal(alive, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.True(growth < MostGrowth, $"{growth:F1} MB");
    }

    [Fact, NoTensorLeaks]
    public void Engine_GathersNothing()
    {
        using var model = MelData.Model();
        using var tokenizer = _ml.Tokenizer(model);
        using var engine = _ml.Model.CreatePredictionEngine<MelRow, TokenRow>(
            tokenizer, new PredictionEngineOptions { OwnsTransformer = false });
        var row = MelData.Rows(1, 40)[0];
        engine.Predict(row);
        var (alive, memory) = (DisposeScopeManager.Statistics.ThreadTotalLiveCount, Megabytes());

        for (int i = 0; i < 1_000; i++) engine.Predict(row);

        double growth = Megabytes() - memory;
        Report("1,000 predictions", DisposeScopeManager.Statistics.ThreadTotalLiveCount - alive, growth);
        Assert.Equal(alive, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.True(growth < MostGrowth, $"{growth:F1} MB");
    }

    private void Report(string what, long tensors, double megabytes) =>
        output.WriteLine(FormattableString.Invariant($"{what}: {tensors} tensors and {megabytes:F1} MB more"));

    private static double Megabytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / 1e6;
    }
}
