namespace AudioBsq.Training;

/// <summary>Number formats for matrix products and attention in training. Weights, optimizer, normalisations, quantizer and losses are always single precision.</summary>
public enum TrainingPrecision
{
    /// <summary>Single precision throughout.</summary>
    Full,

    /// <summary>The upper half of single precision: faster where the processor has it (AVX512-BF16, AMX, or a GPU from Ampere on).</summary>
    BFloat16,
}
