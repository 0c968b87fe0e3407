using AudioBsq.Training;
using AudioBsq.Vocoding;

namespace AudioBsq.Tests.Model.Vocoding;

[NoTensorLeaks]
public sealed class VocoderCheckpointTests : IDisposable
{
    private readonly string _folder = TestData.NewFolder();

    private static readonly VocoderTrainingOptions Everything = SmallVocoder.Training with
    {
        MaxSteps = 7,
        Ema = new EmaOptions { Decay = 0.8 },
        Adversarial = new VocoderAdversarialOptions { StartStep = 2 },
    };

    private VocoderTrainingOptions Resumable => Everything with { Checkpoints = new CheckpointOptions { Folder = _folder, Every = 2 } };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact, Trait("Speed", "Slow")]
    public void Train_GoesOnToTheSameWeights()
    {
        byte[] uninterrupted = Train(Everything);

        CancelAfter(3); // between checkpoints
        CancelAfter(6);
        var reports = new List<VocoderProgress>();

        Assert.Equal(uninterrupted, Train(Resumable, reports.Add));
        Assert.All(reports, report => Assert.Equal(6, report.FirstStep));
        Assert.Contains(reports.SelectMany(report => report.Notes), note => note.Contains("goes on after step 6"));
    }

    [Fact]
    public void Train_RefusesTheCheckpointsOfAnotherRun()
    {
        CancelAfter(2);

        string Refusal(VocoderTrainingOptions training, VocoderOptions? network = null, VocoderTrainingData? data = null) =>
            Assert.Throws<InvalidOperationException>(() => Train(training, network: network, data: data)).Message;

        Assert.Contains("with other options", Refusal(Resumable with { MelWeight = 2 }));
        Assert.Contains("of another model", Refusal(Resumable, SmallVocoder.Options with { Width = 32 }));
        Assert.Contains("on other data", Refusal(Resumable, data: VocoderTrainingData.Of([SmallVocoder.Voice(5_000, seed: 4)])));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Train_ReturnsTheMovingAverage()
    {
        Assert.NotEqual(Train(Everything with { Ema = null }), Train(Everything));
    }

    private static byte[] Train(
        VocoderTrainingOptions training, Action<VocoderProgress>? report = null, VocoderOptions? network = null,
        VocoderTrainingData? data = null, CancellationToken cancellation = default)
    {
        data ??= VocoderTrainingData.Of([SmallVocoder.Voice(6_000), SmallVocoder.Voice(2_000, seed: 2)]);
        using var vocoder = NeuralVocoder.Train(
            data, network ?? SmallVocoder.Options, SmallVocoder.Mel, training, report, from: null, cancellation);
        using var file = new MemoryStream();
        vocoder.Save(file);
        return file.ToArray();
    }

    private void CancelAfter(int step)
    {
        using var source = new CancellationTokenSource();
        void Cancel(VocoderProgress progress)
        {
            if (progress.Step >= step) source.Cancel();
        }

        Assert.ThrowsAny<OperationCanceledException>(() => Train(Resumable with { ReportEvery = 1 }, Cancel, cancellation: source.Token));
    }
}
