namespace AudioBsq.Training;

/// <summary>What training computes again in the backward pass rather than keep: less memory, more time, the same gradients.</summary>
public enum Recomputation
{
    /// <summary>Nothing; the fastest.</summary>
    None,

    /// <summary>Whole blocks; only their inputs are kept. The least memory, for about a third more time (Chen et al. 2016).</summary>
    Blocks,

    /// <summary>
    /// What takes much memory and little time: the inputs of matrix products that layer norms, GELU and the inside of the convolution
    /// module make. The products themselves are computed once (after Korthikanti et al. 2022, section 5, where attention's inside is such a part;
    /// attention here keeps little of it anyway).
    /// </summary>
    Selective,
}
