using AudioBsq.Native;
using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Training;

[NoTensorLeaks]
public class AdversaryTests
{
    private static readonly AdversarialOptions Quick = new() { StartStep = 4, WarmupSteps = 0, Layers = 1, Width = 8, PenaltyEvery = 2 };

    [Fact]
    public void Train_IsUntouchedBeforeTheDiscriminatorStarts()
    {
        var options = Runs.Options with { MaxSteps = 4 };

        Assert.Equal(Runs.Train(options), Runs.Train(options with { Adversarial = Quick }));
        Assert.NotEqual(Runs.Train(options), Runs.Train(options with { Adversarial = Quick with { StartStep = 3 } }));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Progress_TellsTheDiscriminatorsLossOnceItActs()
    {
        var reports = new List<TrainingProgress>();

        Runs.Train(Runs.Options with { MaxSteps = 8, ValidateEvery = 100, Adversarial = Quick }, report: reports.Add);

        Assert.Null(reports[0].DiscriminatorLoss);
        Assert.InRange(reports[1].DiscriminatorLoss!.Value, 0.01, 10);
    }

    [Theory, Trait("Speed", "Slow")]
    [InlineData(GanLoss.Hinge), InlineData(GanLoss.Vanilla)]
    public void Accumulate_LearnsToTellThemApart(GanLoss loss)
    {
        using var scope = NewDisposeScope();
        using var generator = new SeededGenerator(1);
        using var adversary = New(Quick with { Loss = loss, PenaltyWeight = 0.1 });
        var (real, fake) = (randn(4, 32, 16) * 0.5, randn(4, 32, 16) * 0.5 + 0.3);

        double first = 0, last = 0;
        for (int step = 4; step < 64; step++)
        {
            adversary.Optimizer.ClearGradients();
            last = adversary.Accumulate(real, fake, null, share: 1, step);
            adversary.Step(step);
            if (step == 4) first = last;
        }

        Assert.True(last < 0.7 * first, $"{first:F3}, then {last:F3}");
    }

    [Fact]
    public void ModelLoss_HasNoGradientForTheDiscriminatorNorForPadding()
    {
        using var scope = NewDisposeScope();
        using var adversary = New(Quick);
        var (target, reconstructed) = (randn(2, 32, 16), randn(2, 32, 16).requires_grad_());
        var valid = arange(32).unsqueeze(0) < tensor(new long[] { 32, 20 }).unsqueeze(1);
        var last = tensor(1f);

        adversary.ModelLoss(target, reconstructed, valid, reconstructed.mean(), last).backward();

        Assert.All(adversary.Discriminator.parameters(), parameter => Assert.Null(parameter.grad));
        Assert.True((reconstructed.grad![1, 19] != 0).any().item<bool>());
        Assert.True((reconstructed.grad![1, 20..] == 0).all().item<bool>());
    }

    [Fact]
    public void Accumulate_JudgesClipsShorterThanItsField()
    {
        using var scope = NewDisposeScope();
        using var adversary = New(Quick);

        Assert.True(double.IsFinite(adversary.Accumulate(randn(1, 4, 16), randn(1, 4, 16), null, 1, step: 5)));
    }

    [Fact]
    public void Constructor_RefusesMoreStagesThanTheBandsAllow() =>
        Assert.Contains("16 bands", Assert.Throws<ArgumentOutOfRangeException>(() => New(Quick with { Layers = 2 })).Message);

    private static Adversary New(AdversarialOptions options) =>
        new(Runs.Options with { MaxSteps = 100, Adversarial = options }, Small.Options, CPU);
}
