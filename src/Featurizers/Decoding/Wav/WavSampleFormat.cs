namespace AudioBsq.Decoding;

/// <summary>How <see cref="AudioFile.WriteWav(string, Signal.Waveform, WavSampleFormat)"/> writes samples.</summary>
public enum WavSampleFormat
{
    /// <summary>16-bit integers.</summary>
    Pcm16 = 1,

    /// <summary>24-bit integers.</summary>
    Pcm24,

    /// <summary>32-bit floating point: nothing is rounded and nothing is cut off.</summary>
    IeeeFloat,
}
