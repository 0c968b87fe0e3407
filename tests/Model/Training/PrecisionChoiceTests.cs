using AudioBsq.Training;

namespace AudioBsq.Tests.Model.Training;

[WithoutTorch]
public class PrecisionChoiceTests
{
    [Theory]
    [InlineData(TrainingPrecision.Auto, true, true, 0.5, TrainingPrecision.BFloat16, "0.5 times as long")]
    [InlineData(TrainingPrecision.Auto, true, true, 0.95, TrainingPrecision.Full, "0.95 times as long")]
    [InlineData(TrainingPrecision.Auto, true, false, 14, TrainingPrecision.Full, "no instructions")]
    [InlineData(TrainingPrecision.Auto, false, true, 0.5, TrainingPrecision.Full, "for processors only")]
    [InlineData(TrainingPrecision.BFloat16, true, false, 14, TrainingPrecision.BFloat16, "emulated on this processor")]
    [InlineData(TrainingPrecision.BFloat16, true, true, 0.5, TrainingPrecision.BFloat16, null)]
    [InlineData(TrainingPrecision.BFloat16, false, false, 14, TrainingPrecision.BFloat16, null)]
    [InlineData(TrainingPrecision.Full, true, true, 0.5, TrainingPrecision.Full, null)]
    public void Of_DecidesByInstructionsAndMeasuredTime(
        TrainingPrecision asked, bool onProcessor, bool hasBFloat16, double ratio, TrainingPrecision expected, string? reason)
    {
        var choice = PrecisionChoice.Of(asked, onProcessor, hasBFloat16, () => ratio);

        Assert.Equal(expected, choice.Precision);
        if (reason is null) Assert.Null(choice.Reason);
        else Assert.Contains(reason, choice.Reason);
    }

    [Theory]
    [InlineData(TrainingPrecision.Full, true), InlineData(TrainingPrecision.BFloat16, true), InlineData(TrainingPrecision.Auto, false)]
    public void Of_MeasuresNothing_WhenTheAnswerIsKnown(TrainingPrecision asked, bool hasBFloat16)
    {
        var choice = PrecisionChoice.Of(asked, onProcessor: true, hasBFloat16, () => throw new InvalidOperationException("measured"));

        Assert.NotEqual(TrainingPrecision.Auto, choice.Precision);
    }
}
