using AudioBsq.Cli.Training;
using AudioBsq.Metrics;
using AudioBsq.Quantization;
using AudioBsq.Signal;
using AudioBsq.Training;

namespace AudioBsq.Tests.Cli.Training;

[WithoutTorch]
public class TrainingDisplayTests
{
    [Fact]
    public void SoundPerSecond_IsTheMeanOverTheTime()
    {
        var history = new TrainingHistory();

        history.Add(Report(step: 120, firstStep: 100, seconds: 40) with { SoundPerSecond = 6 }, best: null);
        history.Add(Report(step: 140, firstStep: 100, seconds: 60), best: null);

        Assert.Equal(8, history.SoundPerSecond, 9);
    }

    [Fact]
    public void Line_HasWhatAReportHas()
    {
        var history = new TrainingHistory();
        var display = new TrainingDisplay(history, new MelOptions());

        history.Add(Report(step: 50, firstStep: 0, seconds: 10), best: null);
        Assert.Equal(
            "step 50 of 200: loss 0.5000 (reconstruction 0.4000, quantizer 0.1000), mel error 16.000 dB, lr 1.00e-3, gradient 2.000, "
            + "12.0 s of sound/s, 0:00:30 left, 300 MB (peak 400)",
            display.Line);
        Assert.DoesNotContain(display.Rows, row => row.Name is "Discriminator" or "Validation" or "Best" or "Skipped steps");

        var full = Report(step: 100, firstStep: 0, seconds: 20, Metrics, skipped: 3, adversarial: true);
        history.Add(full, MetricsRow.Of(full));
        Assert.EndsWith(
            "adversarial 0.2000), mel error 16.000 dB, lr 1.00e-3, gradient 2.000, 12.0 s of sound/s, 0:00:20 left, 300 MB (peak 400), "
            + "3 steps skipped; validation error 5.500 dB, squared 60.25, 75 % used, entropy 1.50 bits, of single bits 0.500, 1 dead, "
            + "correlation 0.250",
            display.Line);
        foreach (string name in new[] { "Discriminator", "Validation", "Best", "Skipped steps" })
            Assert.Contains(display.Rows, row => row.Name == name);
        Assert.Contains(("Memory", "300 MB, at most 400 MB"), display.Rows);
    }

    [Fact]
    public void Validation_StaysInSight()
    {
        var history = new TrainingHistory();
        var display = new TrainingDisplay(history, new MelOptions { Level = MelLevel.NaturalLog });
        history.Add(Report(step: 50, firstStep: 0, seconds: 10, Metrics), best: null);
        history.Add(Report(step: 100, firstStep: 0, seconds: 20), best: null);

        Assert.Contains(("Validation", "step 50: error 5.500 log of power, squared 60.25"), display.Rows);
        Assert.DoesNotContain("validation", display.Line);
    }

    private static ReconstructionMetrics Metrics { get; } = new()
    {
        Clips = 2,
        Frames = 30,
        MeanAbsoluteError = 5.5,
        MeanSquaredError = 60.25,
        Codes = new CodebookDiagnostics
        {
            Positions = 4,
            Bits = 2,
            DistinctCodes = 3,
            JointEntropy = 1.5,
            BitEntropies = [0, 1],
            MeanBitCorrelation = 0.25,
            MaxBitCorrelation = 0.5,
        },
    };

    private static TrainingReport Report(
        int step, int firstStep, double seconds, ReconstructionMetrics? validation = null, int skipped = 0, bool adversarial = false) =>
        new(
        new TrainingProgress
        {
            Step = step,
            FirstStep = firstStep,
            MaxSteps = 200,
            Epoch = 1,
            Loss = 0.5,
            Terms =
                new LossTerms { Reconstruction = 0.4, Quantizer = 0.1, UnweightedQuantizer = 1, Adversarial = adversarial ? 0.2 : null },
            DiscriminatorLoss = adversarial ? 1.25 : null,
            MeanAbsoluteError = 16,
            PositionEntropy = 1,
            CodebookEntropy = 7,
            GradientNorm = 2,
            LearningRate = 1e-3,
            Elapsed = TimeSpan.FromSeconds(seconds),
            Remaining = TimeSpan.FromSeconds((200 - step) / 5),
            FramesPerSecond = 1200,
            SkippedSteps = skipped,
            Validation = validation,
        },
        SoundPerSecond: 12,
        Memory: 300_000_000,
        PeakMemory: 400_000_000);
}
