using AudioBsq.Distributed;
using AudioBsq.Native;
using AudioBsq.Quantization;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>
/// The terms of the loss with their weights, and other measurements. Those of several batches are added by the batches' shares.
/// </summary>
/// <param name="Total">The sum of the terms.</param>
/// <param name="Reconstruction">Mean absolute error in network units.</param>
/// <param name="Quantizer">The quantizer's loss times its weight at this step.</param>
/// <param name="RawQuantizer">The same without that weight.</param>
/// <param name="PositionEntropy">Entropy of one position's soft code, in bits.</param>
/// <param name="CodebookEntropy">Entropy of the soft code averaged over positions, in bits.</param>
/// <param name="MultiResolution">Error at lower resolutions; null if the options have none.</param>
/// <param name="Envelope">Distance of envelopes; null if the options have none.</param>
/// <param name="Scales">Error of further windows; null if the options have none.</param>
/// <param name="Adversarial">The model's adversarial loss; null where no discriminator is used.</param>
/// <param name="Discriminator">The discriminator's own loss, which is no term of the sum; null where none is used.</param>
internal sealed record StepLosses(
    double Total = 0, double Reconstruction = 0, double Quantizer = 0, double RawQuantizer = 0,
    double PositionEntropy = 0, double CodebookEntropy = 0,
    double? MultiResolution = null, double? Envelope = null, double? Scales = null, double? Adversarial = null,
    double? Discriminator = null)
{
    /// <summary>Reads the values of scalar tensors in one transfer, summed over all ranks that train together.</summary>
    public static StepLosses Of(
        Tensor total, Tensor reconstruction, QuantizerOutput quantized, double weight,
        Tensor? multiResolution, Tensor? envelope, Tensor? scales, Tensor? adversarial, double? discriminator)
    {
        using var scope = NewDisposeScope();
        Tensor[] scalars =
        [
            total, reconstruction, quantized.Loss, quantized.PositionEntropy, quantized.CodebookEntropy,
            multiResolution ?? total, envelope ?? total, scales ?? total, adversarial ?? total,
        ];
        var stacked = stack([.. scalars.Select(scalar => scalar.detach())]).cpu();
        RankGroup.Current.Sum(stacked);
        float[] values = stacked.ToValues<float>();
        double toBits = 1 / Math.Log(2);
        return new StepLosses(
            values[0], values[1], weight * values[2], values[2], values[3] * toBits, values[4] * toBits,
            multiResolution is null ? null : values[5], envelope is null ? null : values[6], scales is null ? null : values[7],
            adversarial is null ? null : values[8], discriminator);
    }

    public StepLosses Plus(StepLosses other, double share) => new(
        Total + other.Total * share,
        Reconstruction + other.Reconstruction * share,
        Quantizer + other.Quantizer * share,
        RawQuantizer + other.RawQuantizer * share,
        PositionEntropy + other.PositionEntropy * share,
        CodebookEntropy + other.CodebookEntropy * share,
        Add(MultiResolution, other.MultiResolution, share),
        Add(Envelope, other.Envelope, share),
        Add(Scales, other.Scales, share),
        Add(Adversarial, other.Adversarial, share),
        Add(Discriminator, other.Discriminator, share));

    private static double? Add(double? sum, double? part, double share) => part is { } value ? (sum ?? 0) + value * share : sum;
}

/// <summary>The measurements of one step of a tokenizer's training: its losses, and the error in the unit of the mel column.</summary>
internal sealed record TokenizerStep(StepLosses Losses, double MeanAbsoluteError, double GradientNorm, double LearningRate)
    : TrainingStep(Losses.Total, GradientNorm, LearningRate, Losses.Discriminator);
