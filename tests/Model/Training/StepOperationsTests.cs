using AudioBsq.Training;

namespace AudioBsq.Tests.Model.Training;

[WithoutTorch]
public class StepOperationsTests
{
    // Width 512, 6 layers, 512 positions: 12 w² + 2 · 512 w products for each position and layer, beside the patches and the head.
    [Fact]
    public void Forward_IsThatOfTheSmallModel_ByHand()
    {
        double blocks = 2 * 6 * (12 * 512.0 * 512 + 2 * 512 * 512), patches = 256 * 512, latents = 9 * 2 * 512, head = 3072 * (512 + 256.0);

        double forward = StepOperations.Forward(AudioBsqOptions.Small, 1024);

        Assert.Equal(2 * 512 * (blocks + patches + latents + head), forward);
        Assert.InRange(forward / 1e9, 45, 50); // an encoder alone has 22.8 billion
    }

    [Fact]
    public void Network_CountsClips_AndTheSecondForwardPassOfCheckpointing()
    {
        var options = new TrainingOptions { BatchSize = 4, CropFrames = 512 };
        double one = StepOperations.Network(AudioBsqOptions.Small, options with { BatchSize = 1 });

        Assert.Equal(4 * one, StepOperations.Network(AudioBsqOptions.Small, options));
        Assert.Equal(12 * one, StepOperations.Network(AudioBsqOptions.Small, options with { AccumulateBatches = 3 }));
        Assert.Equal(4 * one * 4 / 3, StepOperations.Network(AudioBsqOptions.Small, options with { ActivationCheckpointing = true }), 1.0);
    }

    // Of 16 mels of 256 × 128: five stages of 4 × 4 taps, and one to a single channel.
    [Fact]
    public void Discriminator_IsThatOfThePublishedSize_ByHand()
    {
        var model = AudioBsqOptions.Small with { WindowFrames = 256 };
        var options = new TrainingOptions { BatchSize = 8, Adversarial = new AdversarialOptions { ClipShare = 1 } };
        double forward = 2 * 16 * 16 * (8192.0 * 64 + 2048 * 64 * 64 + 512 * 64 * 128 + 128 * 128 * 256 + 128 * 256 * 256 + 128 * 256);

        Assert.Equal(0, StepOperations.Discriminator(model, options with { Adversarial = null }));
        Assert.Equal(4 * forward, StepOperations.Discriminator(model, options));
        Assert.Equal(2 * forward, StepOperations.Discriminator(model, options with { Adversarial = new AdversarialOptions() }));
    }
}
