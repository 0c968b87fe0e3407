namespace AudioBsq.Quantization;

/// <summary>How latents become codes.</summary>
public enum QuantizerKind
{
    /// <summary>One bit per coordinate, on the unit sphere (Zhao et al. 2024).</summary>
    BinarySpherical,

    /// <summary>A few levels per coordinate (Mentzer et al. 2023). Needs no entropy terms.</summary>
    FiniteScalar,
}
