namespace AudioBsq.Training;

/// <summary>What training computes again in the backward pass rather than keep: less memory, more time, the same gradients.</summary>
public enum Recomputation
{
    /// <summary>Nothing; the fastest.</summary>
    None,

    /// <summary>Whole blocks; only their inputs are kept. The least memory, for about a third more time (Chen et al. 2016).</summary>
    Blocks,

    /// <summary>
    /// What takes much memory and little time: the inputs of matrix products that norms and activations make. The products, attention and
    /// convolutions are computed once (after Korthikanti et al. 2022, section 5; the part that they name, attention's scores, is never kept here).
    /// </summary>
    Selective,
}
