using AudioBsq.Native;
using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Training;

[NoTensorLeaks]
public class AdversaryTests
{
    private static readonly AdversarialOptions Quick =
        new() { StartStep = 4, WarmupSteps = 0, Layers = 1, Width = 8, PenaltyEvery = 2, ClipShare = 1 };

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
            last = Accumulate(adversary, real, fake, step);
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

        adversary.ModelLoss(target, reconstructed, valid, reconstructed.mean(), last).Loss.backward();

        Assert.All(adversary.Discriminator.parameters(), parameter => Assert.Null(parameter.grad));
        Assert.True((reconstructed.grad![1, 19] != 0).any().item<bool>());
        Assert.True((reconstructed.grad![1, 20..] == 0).all().item<bool>());
    }

    [Fact]
    public void Accumulate_JudgesClipsShorterThanItsField()
    {
        using var scope = NewDisposeScope();
        using var adversary = New(Quick);

        Assert.True(double.IsFinite(Accumulate(adversary, randn(1, 4, 16), randn(1, 4, 16), step: 5)));
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void ModelLoss_AndAccumulate_HaveTheGradientsOfTwoPassesThroughTheDiscriminator(bool adaptive)
    {
        using var scope = NewDisposeScope();
        using var generator = new SeededGenerator(1);
        using var adversary = New(Quick with { Adaptive = adaptive, Weight = 0.3 });
        var discriminator = adversary.Discriminator;
        var (target, features) = (randn(2, 32, 16), randn(2, 32, 16));
        var last = ones(16).requires_grad_();
        var reconstructed = features * last;
        var error = (reconstructed - target).abs().mean();
        var fake = discriminator.call(cat([target, reconstructed])).chunk(2)[1];
        var expectedLoss = GanLosses.Generator(fake, GanLoss.Hinge);
        var weight = adaptive ? GanLosses.AdaptiveWeight(error, expectedLoss, last) * 0.3 : tensor(0.3f);
        var expected = autograd.grad([expectedLoss * weight], [last], retain_graph: true)[0];
        var logits = discriminator.call(cat([target, reconstructed.detach()])).chunk(2);
        var parameters = discriminator.parameters().ToArray();
        var expectedGradients = autograd.grad([GanLosses.Discriminator(logits[0], logits[1], GanLoss.Hinge)], parameters);

        var (loss, real, judged) = adversary.ModelLoss(target, reconstructed, null, error, last);
        loss.backward();
        adversary.Accumulate(target, real, judged, share: 1, step: 4); // no penalty in this step

        Close.To((expectedLoss * weight).item<float>(), loss.item<float>(), 1e-5);
        Close.To(expected, last.grad!, 1e-6, "the model's gradient");
        foreach (var (gradient, parameter) in expectedGradients.Zip(parameters)) Close.To(gradient, parameter.grad!, 1e-6, "discriminator");
        adversary.Optimizer.ClearGradients();
    }

    [Fact] // 16 and more channels are left to oneDNN
    public void ModelLoss_InBFloat16_HasAlmostTheSameGradients()
    {
        using var scope = NewDisposeScope();
        using var generator = new SeededGenerator(1);
        using var adversary = New(Quick with { Width = 16 });
        var (target, features) = (randn(2, 32, 16), randn(2, 32, 16));

        (Tensor Model, Tensor Own) Gradients(bool half)
        {
            adversary.Optimizer.ClearGradients();
            var reconstructed = features.clone().requires_grad_();
            var (loss, real, fake) = adversary.ModelLoss(target, reconstructed, null, reconstructed.mean(), tensor(1f), half);
            loss.backward();
            adversary.Accumulate(target, real, fake, share: 1, step: 4);
            Assert.Equal(ScalarType.Float32, real.dtype);
            return (reconstructed.grad!, cat([.. adversary.Discriminator.parameters().Select(parameter => parameter.grad!.flatten())]));
        }

        var (full, half) = (Gradients(half: false), Gradients(half: true));

        Assert.InRange(nn.functional.cosine_similarity(full.Model.flatten(), half.Model.flatten(), 0).item<float>(), 0.98, 0.999999);
        Assert.InRange(((full.Own - half.Own).norm() / full.Own.norm()).item<float>(), 1e-5, 0.05);
        adversary.Optimizer.ClearGradients();
    }

    [Theory, InlineData(0.5, 2), InlineData(0.1, 1), InlineData(1, 4)]
    public void ModelLoss_JudgesTheFirstClips_AsManyAsItsShare(double share, int seen)
    {
        using var scope = NewDisposeScope();
        using var adversary = New(Quick with { ClipShare = share });
        var (target, reconstructed) = (randn(4, 32, 16), randn(4, 32, 16).requires_grad_());

        var (loss, real, fake) = adversary.ModelLoss(target, reconstructed, null, reconstructed.mean(), tensor(1f));
        loss.backward();

        Assert.Equal((seen, seen), ((int)real.shape[0], (int)fake.shape[0]));
        Assert.True((reconstructed.grad![seen - 1] != 0).any().item<bool>());
        Assert.True((reconstructed.grad![seen..] == 0).all().item<bool>());
    }

    [Fact]
    public void Constructor_RefusesMoreStagesThanTheBandsAllow() =>
        Assert.Contains("16 bands", Assert.Throws<ArgumentOutOfRangeException>(() => New(Quick with { Layers = 2 })).Message);

    private static double Accumulate(Adversary adversary, Tensor real, Tensor fake, int step)
    {
        var (_, onReal, onFake) = adversary.ModelLoss(real, fake, null, fake.mean(), fake);
        return adversary.Accumulate(real, onReal, onFake, share: 1, step);
    }

    private static Adversary New(AdversarialOptions options) =>
        new(Runs.Options with { MaxSteps = 100, Adversarial = options }, Small.Options, CPU);
}
