using AudioBsq.MLNet;
using AudioBsq.Training;

namespace AudioBsq.Tests.Estimators;

[WithoutTorch]
public class LongTrainingWarningTests
{
    private readonly List<string> _said = [];

    [Fact]
    public void Judge_NamesHoursAndTiny_WhenALargeModelTakesLongOnTheProcessor()
    {
        var warning = new LongTrainingWarning(AudioBsqOptions.Small, "cpu", _said.Add);

        warning.Judge(After(step: 10, first: 0, seconds: 100));
        warning.Judge(After(step: 20, first: 0, seconds: 200));

        string text = Assert.Single(_said); // once
        Assert.StartsWith("At the speed of the first 10 steps, training on the processor takes 5.5 hours more.", text);
        Assert.EndsWith("AudioBsqOptions.Tiny is the model for a processor.", text);
    }

    [Fact]
    public void Judge_CountsTheStepsOfThisProcess_WhenTheRunIsResumed()
    {
        new LongTrainingWarning(AudioBsqOptions.Small, "cpu", _said.Add).Judge(After(step: 1_010, first: 1_000, seconds: 100));

        Assert.StartsWith("At the speed of the first 10 steps, training on the processor takes 2.8 hours more.", Assert.Single(_said));
    }

    [Fact]
    public void Judge_DoesNotNameTiny_WhenTinyIsTrained()
    {
        new LongTrainingWarning(AudioBsqOptions.Tiny, "cpu", _said.Add).Judge(After(step: 10, first: 0, seconds: 100));

        Assert.DoesNotContain("Tiny", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpu", 17)] // 56 minutes
    [InlineData("cuda:0", 100)]
    public void Judge_IsSilent_WhenItIsQuickOrOnACard(string device, double seconds)
    {
        new LongTrainingWarning(AudioBsqOptions.Small, device, _said.Add).Judge(After(step: 10, first: 0, seconds));

        Assert.Empty(_said);
    }

    private static TrainingProgress After(int step, int first, double seconds) => new()
    {
        Step = step,
        FirstStep = first,
        MaxSteps = 2_000,
        Elapsed = TimeSpan.FromSeconds(seconds),
        Terms = new LossTerms { Reconstruction = 0, Quantizer = 0, UnweightedQuantizer = 0, MultiResolution = null, Adversarial = null },
        MeanAbsoluteError = 0,
        PositionEntropy = 0,
        CodebookEntropy = 0,
    };
}
