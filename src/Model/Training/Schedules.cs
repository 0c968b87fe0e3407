namespace AudioBsq.Training;

/// <summary>
/// A factor of the learning rate: linear from <paramref name="start"/> to <paramref name="peak"/> during the warm-up, then half a cosine
/// down to <paramref name="end"/> at the last step, then constant. It depends on the step alone, so that resuming needs no state.
/// </summary>
internal sealed class WarmupCosine(int warmup, int steps, double start = 0.1, double peak = 1, double end = 0.5)
{
    public double At(int step)
    {
        if (step < warmup) return start + (peak - start) * step / warmup;
        double t = Math.Clamp((step - warmup) / (double)Math.Max(1, steps - warmup), 0, 1);
        return end + (peak - end) * 0.5 * (1 + Math.Cos(Math.PI * t));
    }
}

/// <summary>A weight with linear decay from <paramref name="factor"/> times its final value at step 0.</summary>
internal sealed class LinearDecay(double weight, double factor, int steps)
{
    public double At(int step)
    {
        double reached = steps == 0 ? 1 : Math.Min(step, steps) / (double)steps;
        return weight * (reached + factor * (1 - reached));
    }
}
