using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>Checks the shapes of a network's inputs.</summary>
/// <param name="options">The model.</param>
internal sealed class NetworkShapes(AudioBsqOptions options)
{
    private long MaxSteps => options.Compatibility.LearnedPositions ? options.WindowSteps : int.MaxValue;

    /// <exception cref="ArgumentException">
    /// The shape is not (batch, frames, values) of whole patches, or <paramref name="valid"/> does not fit it.
    /// </exception>
    public void CheckFrames(Tensor x, Tensor? valid)
    {
        int patch = options.PatchFrames;
        if (x.dim() != 3 || x.shape[2] != options.FrameValues || !IsMultiple(x.shape[1], patch))
        {
            throw new ArgumentException(
                $"x has shape ({string.Join(", ", x.shape)}); it must be (batch, frames, {options.FrameValues}) "
                + $"with frames a multiple of {patch} up to {MaxSteps * patch}.", nameof(x));
        }

        CheckValid(valid, x.shape[0], x.shape[1] / patch);
    }

    /// <exception cref="ArgumentException">
    /// The shape is not (batch, positions, dimension) of whole steps, or <paramref name="valid"/> does not fit it.
    /// </exception>
    public void CheckCodes(Tensor codes, Tensor? valid)
    {
        (int perStep, int dimension) = (options.PatchesPerStep, options.Quantizer.Dimension);
        if (codes.dim() != 3 || codes.shape[2] != dimension || !IsMultiple(codes.shape[1], perStep))
        {
            throw new ArgumentException(
                $"codes have shape ({string.Join(", ", codes.shape)}); it must be (batch, positions, {dimension}) "
                + $"with positions a multiple of {perStep} up to {MaxSteps * perStep}.", nameof(codes));
        }

        CheckValid(valid, codes.shape[0], codes.shape[1] / perStep);
    }

    private bool IsMultiple(long count, int perStep) => count > 0 && count % perStep == 0 && count / perStep <= MaxSteps;

    private static void CheckValid(Tensor? valid, long batch, long steps)
    {
        if (valid is null || (valid.dtype == ScalarType.Bool && valid.shape.AsSpan().SequenceEqual([batch, steps]))) return;
        throw new ArgumentException(
            $"valid is {valid.dtype} ({string.Join(", ", valid.shape)}); it must be Bool ({batch}, {steps}).", nameof(valid));
    }
}
