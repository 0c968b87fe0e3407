using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>
/// Cuts frames × bands into patches and puts them together again. In a patch, the windows of the input are the outer index, then frames.
/// </summary>
internal static class Patches
{
    /// <summary>(batch, frames, bands × InputScales) → (batch, positions, InputScales × PatchFrames × PatchBands)</summary>
    public static Tensor Split(Tensor x, AudioBsqOptions options)
    {
        using var scope = NewDisposeScope();
        (long frames, long bands) = (options.PatchFrames, options.PatchBands);
        var grid = x.reshape(x.shape[0], x.shape[1] / frames, frames, options.InputScales, options.PatchesPerStep, bands);
        return grid.permute(0, 1, 4, 3, 2, 5).reshape(x.shape[0], -1, options.InputPatchValues).MoveToOuterDisposeScope();
    }

    /// <summary>(batch, positions, PatchFrames × PatchBands) → (batch, frames, bands)</summary>
    public static Tensor Join(Tensor patches, AudioBsqOptions options)
    {
        using var scope = NewDisposeScope();
        long steps = patches.shape[1] / options.PatchesPerStep;
        var grid = patches.reshape(patches.shape[0], steps, options.PatchesPerStep, options.PatchFrames, options.PatchBands);
        return grid.permute(0, 1, 3, 2, 4).reshape(patches.shape[0], steps * options.PatchFrames, options.Bands).MoveToOuterDisposeScope();
    }
}
