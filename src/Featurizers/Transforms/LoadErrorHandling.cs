namespace AudioBsq.MLNet;

/// <summary>What becomes of a row whose sound cannot be read.</summary>
public enum LoadErrorHandling
{
    /// <summary>Reading the row throws, with the file's name and the reason.</summary>
    Throw,

    /// <summary>
    /// The row gets an empty waveform, or silence where all have one length, and <c>MLContext.Log</c> a warning with the file's name and
    /// the reason.
    /// </summary>
    EmptyWaveform,
}
