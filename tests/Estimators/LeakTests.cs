using AudioBsq.MLNet;
using AudioBsq.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;
using Xunit.Abstractions;

namespace AudioBsq.Tests.Estimators;

/// <summary>Training and tokenizing go on for long: neither may gather tensors, nor rows, nor memory in one place.</summary>
[Trait("Speed", "Slow")]
public sealed class LeakTests(ITestOutputHelper output)
{
    private const long MaxGrowth = 1 << 20; // bytes allocated by this thread at one time

    private readonly MLContext _ml = new(seed: 1);

    [Fact, NoTensorLeaks]
    public void Training_GathersNothing()
    {
        var alive = new List<long>();
        var allocated = new List<long>();
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
                allocated.Add(GC.GetAllocatedBytesForCurrentThread());
            },
        }).Fit(_ml.View(MelData.Rows(1, 64, 64, 40, 17)));

        long[] each = [.. allocated.Zip(allocated.Skip(1), (before, after) => after - before)]; // 50 steps and a validation
        Report("200 training steps", alive[^1] - alive[0], each[^1] - each[0]);
        Assert.Equal(5, alive.Count);
        Assert.All(alive, count => Assert.Equal(alive[0], count));
        Assert.InRange(each[^1] - each[0], long.MinValue, MaxGrowth);
    }

    [Theory, NoTensorLeaks, InlineData(1), InlineData(16)]
    public void Transform_GathersNothing(int batchSize)
    {
        using var model = MelData.Model();
        using var tokenizer = _ml.Tokenizer(model, batchSize);
        using var reconstructor = tokenizer.CreateReconstructor("Reconstructed");
        var (_, few) = Rows(200);
        long alive = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        var (read, many) = Rows(2_000);

        Assert.Equal(2_000, read);
        long growth = many.MaxAllocated - few.MaxAllocated;
        Report($"2,000 rows in batches of {batchSize}", DisposeScopeManager.Statistics.ThreadTotalLiveCount - alive, growth);
        Assert.Equal(alive, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.InRange(growth, long.MinValue, MaxGrowth);
        Assert.InRange(many.MaxAlive, 1, 2 * batchSize + 2); // a batch, and the next one, which is read ahead

        (int Read, HeldPieces Held) Rows(int count)
        {
            var held = new HeldPieces(checkEvery: 100);
            var rows = _ml.Counted(Enumerable.Range(0, count).Select(i => MelData.Rows(i, 40 + i % 3)[0]), row => held.Add(row.Mel));
            var output = reconstructor.Transform(tokenizer.Transform(rows));
            using var cursor = output.GetRowCursor([output.Schema["Reconstructed"]]);
            var getter = cursor.GetGetter<VBuffer<float>>(output.Schema["Reconstructed"]);
            VBuffer<float> mel = default;
            int read = 0;
            for (; cursor.MoveNext(); read++) getter(ref mel);
            return (read, held);
        }
    }

    [Fact, NoTensorLeaks]
    public void Engine_GathersNothing()
    {
        using var model = MelData.Model();
        using var tokenizer = _ml.Tokenizer(model);
        using var engine = _ml.Model.CreatePredictionEngine<MelRow, TokenRow>(
            tokenizer, new PredictionEngineOptions { OwnsTransformer = false });
        var row = MelData.Rows(1, 40)[0];
        var few = new HeldPieces(checkEvery: 10);
        for (int i = 0; i < 100; i++) few.Add(engine.Predict(row));
        long alive = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        var many = new HeldPieces(checkEvery: 100);
        for (int i = 0; i < 1_000; i++) many.Add(engine.Predict(row));

        long growth = many.MaxAllocated - few.MaxAllocated;
        Report("1,000 predictions", DisposeScopeManager.Statistics.ThreadTotalLiveCount - alive, growth);
        Assert.Equal(alive, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.InRange(growth, long.MinValue, MaxGrowth);
        Assert.InRange(many.MaxAlive, 0, 2);
    }

    private void Report(string what, long tensors, long bytes) =>
        output.WriteLine($"{what}: {tensors} tensors and {bytes:N0} bytes at a time more");
}
