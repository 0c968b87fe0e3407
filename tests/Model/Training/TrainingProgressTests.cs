using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Training;

[NoTensorLeaks]
[Trait("Speed", "Slow")]
public sealed class TrainingProgressTests : IDisposable
{
    private readonly string _folder = TestData.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Terms_AddUpToTheLoss()
    {
        var reports = Reports(Runs.Everything with { ReportEvery = 1 });

        Assert.Equal(12, reports.Count);
        foreach (var report in reports)
        {
            var terms = report.Terms;
            Assert.Equal(report.Step > 3, terms.Adversarial is not null);
            Assert.Equal(report.Step > 3, report.DiscriminatorLoss is not null);
            double optional = terms.MultiResolution!.Value + terms.Envelope!.Value + (terms.Adversarial ?? 0);
            double sum = terms.Reconstruction + terms.Quantizer + optional;
            Close.To(report.Loss, sum, 1e-5, $"step {report.Step}");
        }
    }

    [Fact]
    public void Terms_AreInTheirUnits()
    {
        var weight = new LinearDecay(0.1, 3, steps: 12);

        foreach (var report in Reports(Runs.Options with { ReportEvery = 1 }))
        {
            Close.To(report.MeanAbsoluteError, report.Terms.Reconstruction * 40, 1e-4); // -80 to 0 dB is 2 wide
            Close.To(weight.At(report.Step - 1) * report.Terms.UnweightedQuantizer, report.Terms.Quantizer, 1e-9);
            Assert.Null(report.Terms.MultiResolution);
            Assert.Null(report.Terms.Adversarial);
            Assert.InRange(report.PositionEntropy, 0, report.CodebookEntropy); // entropy is concave
            Assert.InRange(report.CodebookEntropy, 0, 9);
        }
    }

    [Fact]
    public void Report_AveragesTheStepsSinceTheLastOne()
    {
        var each = Reports(Runs.Everything with { ReportEvery = 1 });
        var fourth = Reports(Runs.Everything with { ReportEvery = 4, ValidateEvery = 12 });

        Assert.Equal([4, 8, 12], fourth.Select(report => report.Step));
        for (int i = 0; i < 3; i++)
        {
            var steps = each.Skip(4 * i).Take(4).ToList();
            Close.To(steps.Average(report => report.Terms.Quantizer), fourth[i].Terms.Quantizer, 1e-9);
            Close.To(steps.Average(report => report.PositionEntropy), fourth[i].PositionEntropy, 1e-9);
            double? adversarial = steps.Average(report => report.Terms.Adversarial); // of the steps that have one
            Close.To(adversarial!.Value, fourth[i].Terms.Adversarial!.Value, 1e-9);
        }
    }

    [Fact]
    public void Samples_AreTheFirstClipsWithFrames()
    {
        float[][] validation = [[], .. Small.Mels(12, 30, 20, 10)];
        var reports = new List<TrainingProgress>();
        var data = TrainingData.Of(Runs.Clips, validation);
        using var model = AudioBsqModel.Train(data, Small.Options, Small.Mel, Runs.Options with { MaxSteps = 5 }, reports.Add);

        var samples = reports[^1].Samples;
        Assert.Equal([1, 2], samples.Select(sample => sample.Clip));
        Assert.All(samples, sample => Assert.Same(validation[sample.Clip], sample.Mel));
        Assert.All(samples, sample => Assert.Equal(model.Decode(model.Encode(sample.Mel))[..sample.Mel.Length], sample.Reconstructed));
        Assert.All(reports, report => Assert.Equal(report.Validation is null ? 0 : 2, report.Samples.Count));
        Assert.All(Reports(Runs.Options with { SampleClips = 0 }), report => Assert.Empty(report.Samples));
    }

    [Fact]
    public void FirstStep_IsWhereTheRunGoesOn()
    {
        var options = Runs.Options with { Checkpoints = new CheckpointOptions { Folder = _folder, Every = 2 } };
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() =>
            Runs.Train(options, report: progress => source.Cancel(), cancellation: source.Token));

        var reports = Reports(options with { SampleClips = 1, ReportEvery = 1 }); // what is reported may change

        Assert.Equal(5, reports[0].Step);
        Assert.All(reports, report => Assert.Equal(4, report.FirstStep));
        Assert.All(Reports(Runs.Options), report => Assert.Equal(0, report.FirstStep));
    }

    [Fact]
    public void Train_SaysWhatToLowerWhereMemoryRunsOut()
    {
        var lacking = new TrainingData(_ => Runs.Clips.Select(clip => TooMuch(clip)));

        var failure = Assert.Throws<InsufficientMemoryException>(() => Runs.Train(Runs.Options with { CropFrames = 24 }, data: lacking));

        Assert.Contains("batches of 4 crops of 24 frames at width 32", failure.Message);
        Assert.Contains("set ActivationCheckpointing", failure.Message);
        Assert.IsType<System.Runtime.InteropServices.ExternalException>(failure.InnerException, exactMatch: false);
        var withCheckpointing = Runs.Options with { ActivationCheckpointing = true };
        var checkpointing = Assert.Throws<InsufficientMemoryException>(() => Runs.Train(withCheckpointing, report: _ => TooMuch(0)));
        Assert.DoesNotContain("set ActivationCheckpointing", checkpointing.Message);
    }

    private static T TooMuch<T>(T value)
    {
        using var tensor = empty(1L << 60, dtype: uint8);
        return value;
    }

    private static List<TrainingProgress> Reports(TrainingOptions options)
    {
        var reports = new List<TrainingProgress>();
        Runs.Train(options, report: reports.Add);
        return reports;
    }
}
