namespace AudioBsq.Decoding;

/// <summary>How samples are written that have no header: little-endian, by the names that ffmpeg and sox users know.</summary>
public enum PcmSampleFormat
{
    /// <summary>16-bit integers.</summary>
    S16Le,

    /// <summary>24-bit integers, three bytes each.</summary>
    S24Le,

    /// <summary>32-bit integers.</summary>
    S32Le,

    /// <summary>32-bit floating point.</summary>
    F32Le,
}
