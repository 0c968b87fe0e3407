using static TorchSharp.torch;

namespace AudioBsq.Quantization;

/// <summary>Codes and losses of a batch. All tensors belong to the caller's dispose scope.</summary>
/// <param name="Codes">(batch, positions, dimension): codes through which gradients pass to the latents.</param>
/// <param name="Loss">Scalar: commitment plus weighted entropies.</param>
/// <param name="PositionEntropy">
/// Scalar, in nats: mean entropy of one position's soft code, summed over groups; 0 where codes are not soft.
/// </param>
/// <param name="CodebookEntropy">
/// Scalar, in nats: entropy of the soft code averaged over positions, summed over groups; where codes are not soft, that of their
/// counts.
/// </param>
/// <param name="Commitment">Scalar: weighted commitment loss; 0 where its weight is 0.</param>
/// <param name="AverageProbability">
/// (groups, 2^GroupSize), or (bits, 2) where single bits are counted: [−1, +1]; null where codes are not soft.
/// </param>
internal sealed record QuantizerOutput(
    Tensor Codes, Tensor Loss, Tensor PositionEntropy, Tensor CodebookEntropy, Tensor Commitment, Tensor? AverageProbability);
