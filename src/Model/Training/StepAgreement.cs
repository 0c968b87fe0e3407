using AudioBsq.Distributed;
using AudioBsq.Networks;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>What all ranks must know of each other's batches before a step; one process has only its own.</summary>
/// <param name="IsFinite">Whether no mel spectrogram holds NaN or infinity.</param>
/// <param name="Shares">Share of each batch, with its parts on all ranks, in the frames of the step.</param>
internal sealed record StepAgreement(bool IsFinite, double[] Shares)
{
    public static StepAgreement Of(IReadOnlyList<MelBatch> batches)
    {
        using var scope = NewDisposeScope();
        bool finite = batches.All(batch => AllFinite(batch.Mel));
        double[] all = RankGroup.Current.Sum([finite ? 0 : 1, .. batches.Select(batch => (double)batch.Frames)]);
        double[] frames = all[1..];
        double sum = frames.Sum();
        return new StepAgreement(all[0] == 0, frames.Length == 1 ? [1] : [.. frames.Select(count => count / sum)]);
    }

    // A sum tells it in a tenth of the time, unless it overflows.
    private static bool AllFinite(Tensor mel) => float.IsFinite(mel.sum().item<float>()) || mel.isfinite().all().item<bool>();
}
