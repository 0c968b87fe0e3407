using AudioBsq.Training;

namespace AudioBsq.Tests.Model.Training;

[WithoutTorch]
public class TrainingOptionsTests
{
    public static TheoryData<string, TrainingOptions> Wrong => new()
    {
        { "AccumulateBatches", new TrainingOptions { AccumulateBatches = 0 } },
        { "MaxSkippedInARow", new TrainingOptions { MaxSkippedInARow = 0 } },
        { "Workers", new TrainingOptions { Workers = 0 } },
        { "Precision", new TrainingOptions { Precision = (TrainingPrecision)9 } },
        { "Ema.Decay", new TrainingOptions { Ema = new EmaOptions { Decay = 1 } } },
        { "Ema.Decay", new TrainingOptions { Ema = new EmaOptions { Decay = double.NaN } } },
        { "Augmentation.Probability", new TrainingOptions { Augmentation = new AugmentationOptions { Probability = 1.5 } } },
        { "Augmentation.LargestTimeMask", new TrainingOptions { Augmentation = new AugmentationOptions { LargestTimeMask = -0.1 } } },
        { "Augmentation.LargestBandMask", new TrainingOptions { Augmentation = new AugmentationOptions { LargestBandMask = double.NaN } } },
        {
            "MultiResolution.Weight",
            new TrainingOptions { MultiResolution = new MultiResolutionOptions { Weight = double.PositiveInfinity } }
        },
        { "MultiResolution.Resolutions", new TrainingOptions { MultiResolution = new MultiResolutionOptions { Resolutions = 9 } } },
        { "Adversarial.StartStep", new TrainingOptions { Adversarial = new AdversarialOptions { StartStep = -1 } } },
        { "Adversarial.LearningRate", new TrainingOptions { Adversarial = new AdversarialOptions { LearningRate = 0 } } },
        { "Adversarial.ClipShare", new TrainingOptions { Adversarial = new AdversarialOptions { ClipShare = 0 } } },
        { "Adversarial.PenaltyEvery", new TrainingOptions { Adversarial = new AdversarialOptions { PenaltyEvery = 0 } } },
        { "Adversarial.Layers", new TrainingOptions { Adversarial = new AdversarialOptions { Layers = 9 } } },
        { "Adversarial.Loss", new TrainingOptions { Adversarial = new AdversarialOptions { Loss = (GanLoss)7 } } },
        { "Checkpoints.Folder", new TrainingOptions { Checkpoints = new CheckpointOptions { Folder = " " } } },
        { "Checkpoints.Every", new TrainingOptions { Checkpoints = new CheckpointOptions { Every = 0 } } },
        { "Checkpoints.KeepLast", new TrainingOptions { Checkpoints = new CheckpointOptions { KeepLast = 0 } } },
        { "Checkpoints.KeepEvery", new TrainingOptions { Checkpoints = new CheckpointOptions { KeepEvery = 0 } } },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void Validate_NamesWhatIsWrong(string name, TrainingOptions options) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(options.Validate).ParamName);

    [Fact]
    public void Validate_AcceptsTheDefaults()
    {
        new TrainingOptions().Validate();
        Runs.Everything.Validate();
    }
}
