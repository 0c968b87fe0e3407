namespace AudioBsq;

/// <summary>How weights are written to a file. They are computed with in single precision all the same.</summary>
public enum WeightPrecision
{
    /// <summary>As they are in memory: what is loaded computes the same.</summary>
    Full,

    /// <summary>
    /// Rounded to 11 bits, in a file of half the size. What is loaded is another model than the one that was saved, a little worse and with
    /// a fingerprint and, here and there, tokens of its own.
    /// </summary>
    Half,
}
