namespace AudioBsq.Training;

/// <summary>
/// Which patches pre-training masks (Huang et al. 2022, section 3.1). With one patch in a time step, the first two are the same.
/// </summary>
public enum PatchMask
{
    /// <summary>Any patches.</summary>
    Unstructured,

    /// <summary>Whole time steps.</summary>
    Time,

    /// <summary>Whole rows of patches: bands of frequencies.</summary>
    Frequency,

    /// <summary>Time steps and rows, the same part of both; a patch is masked if either is.</summary>
    TimeAndFrequency,
}
