using AudioBsq.Training;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Training;

[NoTensorLeaks]
public class ReconstructionLossTests
{
    [Fact]
    public void MultiResolution_OfAConstantErrorIsThatError()
    {
        using var scope = NewDisposeScope();
        var target = randn(2, 13, 10);
        foreach (int resolutions in (int[])[1, 3, 8])
            Close.To(0.25, ReconstructionLoss.MultiResolution(target + 0.25, target, null, resolutions).item<float>(), 1e-6);
    }

    [Fact]
    public void MultiResolution_ForgivesWhatCancelsInItsCells()
    {
        using var scope = NewDisposeScope();
        var chequered = tensor(new[] { 1f, -1, -1, 1 }).reshape(1, 2, 2).repeat(1, 4, 4);

        Close.To(0, ReconstructionLoss.MultiResolution(chequered, zeros_like(chequered), null, 3).item<float>(), 1e-6);
        Close.To(1, ReconstructionLoss.Mean(chequered, zeros_like(chequered), null).item<float>(), 1e-6);
    }

    [Fact] // cells of 2 × 2: means 2.5 and −1; of 4 × 4, where there is only half of one: mean 0.75
    public void MultiResolution_OfOneExampleByHand()
    {
        using var scope = NewDisposeScope();
        var error = tensor(new[] { 1f, 2, 0, -1, 3, 4, -2, -1 }).reshape(1, 2, 4);

        Close.To((1.75 + 0.75) / 2, ReconstructionLoss.MultiResolution(error, zeros_like(error), null, 2).item<float>(), 1e-6);
    }

    [Fact]
    public void BothIgnorePaddedFrames()
    {
        using var scope = NewDisposeScope();
        var (reconstructed, target) = (randn(1, 12, 8), randn(1, 12, 8));
        var (longer, longerTarget) = (cat([reconstructed, full(1, 4, 8, 99f)], 1), cat([target, zeros(1, 4, 8)], 1));
        var valid = arange(16).unsqueeze(0) < 12;

        Close.To(ReconstructionLoss.Mean(reconstructed, target, null), ReconstructionLoss.Mean(longer, longerTarget, valid), 1e-6);
        var alone = ReconstructionLoss.MultiResolution(reconstructed, target, null, 4);
        var padded = ReconstructionLoss.MultiResolution(longer, longerTarget, valid, 4);
        Close.To(alone, padded, 1e-6);
    }
}
