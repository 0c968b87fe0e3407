namespace AudioBsq.Training;

/// <summary>
/// The floating-point type of matrix products, attention and the discriminator's convolutions in training. Weights, optimizer,
/// normalisations, quantizer and losses are always in single precision.
/// </summary>
public enum TrainingPrecision
{
    /// <summary>Single precision throughout.</summary>
    Full,

    /// <summary>
    /// bfloat16, the upper half of single precision: faster on processors with AVX512-BF16 or AMX, and on GPUs since Ampere.
    /// </summary>
    BFloat16,

    /// <summary>
    /// bfloat16 on a processor that has instructions for it and is faster with them in a short timed product; single precision otherwise,
    /// and on a GPU. The first report says which and why. A resumed run keeps what it began with.
    /// </summary>
    Auto,
}
