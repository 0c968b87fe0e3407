using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>Converts between levels in the unit of the mel column and network units, in which MinLevel … MaxLevel is −1 … 1.</summary>
/// <param name="options">The level range; nothing is scaled with <see cref="Compatibility.UnscaledInput"/>.</param>
internal sealed class LevelScale(AudioBsqOptions options)
{
    private readonly double _span = (double)options.MaxLevel - options.MinLevel;

    /// <summary>Levels → network units.</summary>
    public Tensor Scale(Tensor levels)
    {
        using var scope = NewDisposeScope();
        if (options.Compatibility.UnscaledInput) return levels.alias().MoveToOuterDisposeScope();
        return ((levels - Scalar(options.MinLevel)) * Scalar(2 / _span) - One).MoveToOuterDisposeScope();
    }

    /// <summary>Network units → levels, clamped to MinLevel … MaxLevel if <paramref name="clamp"/>.</summary>
    public Tensor Unscale(Tensor x, bool clamp)
    {
        using var scope = NewDisposeScope();
        var levels = options.Compatibility.UnscaledInput ? x.alias() : (x.Plus(One) * Scalar(_span / 2)).Plus(Scalar(options.MinLevel));
        if (clamp) levels = levels.clamp(Scalar(options.MinLevel), Scalar(options.MaxLevel));
        return levels.MoveToOuterDisposeScope();
    }
}
