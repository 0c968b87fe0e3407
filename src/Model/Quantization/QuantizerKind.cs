namespace AudioBsq.Quantization;

/// <summary>How latents become codes.</summary>
public enum QuantizerKind
{
    /// <summary>One bit per coordinate, on the unit sphere (Zhao et al. 2024, "Image and Video Tokenization with Binary Spherical Quantization").</summary>
    BinarySpherical,

    /// <summary>A few levels per coordinate, each by itself (Mentzer et al. 2023, "Finite Scalar Quantization: VQ-VAE Made Simple"). Needs no entropy terms.</summary>
    FiniteScalar,
}
