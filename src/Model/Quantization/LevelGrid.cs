using System.Numerics;

namespace AudioBsq.Quantization;

/// <summary>
/// The grid of a finite scalar quantizer (Mentzer et al. 2023, appendix A.1), by coordinate: a latent z becomes
/// tanh(z + Shift) · Radius − 0.5, rounded, which is a level from −HalfWidth to HalfWidth − 1.
/// </summary>
internal sealed class LevelGrid
{
    // The range extends this far beyond the outermost levels, so that latents reach them. The paper's code has 1e-3 on the other side.
    private const double Reach = 1e-3;

    public LevelGrid(QuantizerOptions options)
    {
        Bits = [.. options.EffectiveLevels.Select(level => BitOperations.Log2((uint)level))];
        HalfWidth = [.. options.EffectiveLevels.Select(level => level / 2.0)];
        Radius = [.. options.EffectiveLevels.Select(level => (level - 1) * (1 + Reach) / 2)];
        // The appendix says tan, but atanh is what maps a latent of 0 to the level 0.
        Shift = Array.ConvertAll(Radius, radius => Math.Atanh(0.5 / radius));
    }

    /// <summary>Bits of a level.</summary>
    public int[] Bits { get; }

    /// <summary>Half of the number of levels.</summary>
    public double[] HalfWidth { get; }

    /// <summary>Half of the range before rounding.</summary>
    public double[] Radius { get; }

    /// <summary>What is added to a latent, so that 0 becomes the level 0.</summary>
    public double[] Shift { get; }
}
