using AudioBsq.Distributed;
using AudioBsq.Metrics;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>
/// What the best weights have least of: the reconstruction error as the network sees it, levels scaled to −1 … 1, and the distance of
/// envelopes times its weight where training asks for it.
/// </summary>
/// <param name="envelope">The distance of envelopes; null for none.</param>
/// <param name="weight">Its weight.</param>
/// <param name="model">The model's sizes and levels.</param>
/// <param name="device">Where to compute.</param>
internal sealed class ValidationLoss(EnvelopeLoss? envelope, double weight, AudioBsqOptions model, Device device)
{
    private const int FramesAtOnce = 3_000;

    private double _distance, _frames;

    /// <summary>Adds one clip: levels (frames, bands), of which the reconstruction may have more frames.</summary>
    public void Add(float[] mel, float[] reconstructed)
    {
        if (envelope is null) return;
        using var alone = RankGroup.Alone.Use(); // ranks have different numbers of clips
        using var noGradients = no_grad();
        for (int first = 0; first < mel.Length; first += FramesAtOnce * model.Bands)
        {
            using var scope = NewDisposeScope();
            int frames = Math.Min(FramesAtOnce, (mel.Length - first) / model.Bands);
            Tensor Levels(float[] source) =>
                tensor(source.AsSpan(first, frames * model.Bands).ToArray(), [1, frames, model.Bands], device: device);
            _distance += frames * envelope.Of(Levels(reconstructed), Levels(mel), valid: null).item<float>();
            _frames += frames;
        }
    }

    /// <summary>The loss over the clips of all ranks.</summary>
    public double Of(ReconstructionMetrics metrics, RankGroup group)
    {
        double error = metrics.MeanAbsoluteError / model.LevelsPerUnit;
        if (envelope is null) return error;
        double[] sums = group.Sum(_distance, _frames);
        return error + weight * sums[0] / Math.Max(sums[1], 1);
    }
}
