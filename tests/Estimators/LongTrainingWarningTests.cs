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

        warning.Judge(After(steps: 10, hours: 5.5));
        warning.Judge(After(steps: 20, hours: 5.4));

        string text = Assert.Single(_said); // once
        Assert.StartsWith("At the speed of the first 10 steps, training on the processor takes 5.5 hours more.", text);
        Assert.EndsWith("AudioBsqOptions.Tiny is the model for a processor.", text);
    }

    [Fact]
    public void Judge_GoesByTheMachine_AfterOneStepOfAResumedRun()
    {
        var progress = After(steps: 1_001, hours: 30) with { FirstStep = 1_000 };

        new LongTrainingWarning(AudioBsqOptions.Small, "cpu", _said.Add).Judge(progress);

        Assert.StartsWith("By the speed of this machine, training on the processor takes 30.0 hours more.", Assert.Single(_said));
    }

    [Fact]
    public void Judge_DoesNotNameTiny_WhenTinyIsTrained()
    {
        new LongTrainingWarning(AudioBsqOptions.Tiny, "cpu", _said.Add).Judge(After(steps: 10, hours: 5.5));

        Assert.DoesNotContain("Tiny", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpu", 0.9)]
    [InlineData("cuda:0", 100)]
    public void Judge_IsSilent_WhenItIsQuickOrOnACard(string device, double hours)
    {
        new LongTrainingWarning(AudioBsqOptions.Small, device, _said.Add).Judge(After(steps: 10, hours));

        Assert.Empty(_said);
    }

    private static TrainingProgress After(int steps, double hours) => new()
    {
        Step = steps,
        MaxSteps = 2_000,
        Remaining = TimeSpan.FromHours(hours),
        Terms = new LossTerms { Reconstruction = 0, Quantizer = 0, UnweightedQuantizer = 0 },
        MeanAbsoluteError = 0,
        PositionEntropy = 0,
        CodebookEntropy = 0,
    };
}
