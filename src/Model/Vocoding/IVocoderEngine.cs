namespace AudioBsq.Vocoding;

/// <summary>Runs a vocoder's network, on torch or on another runtime. One engine may be used from several threads at once.</summary>
internal interface IVocoderEngine : IDisposable
{
    /// <summary>Frames of a clip that run fastest at once.</summary>
    int FramesAtOnce { get; }

    /// <summary>Runs side by side that make sense.</summary>
    int MaxConcurrency { get; }

    /// <summary>The spectrum of a whole clip, or of a part with all frames that its spectrum depends on.</summary>
    SpectrumRows Predict(VocoderFrames clip);

    /// <summary>Caches for the start of a clip.</summary>
    IVocoderCache NewCache();

    /// <summary>
    /// Adds the next frames of a clip. Returns the spectrum of the frames that no later frame can change, from where the last call ended.
    /// All calls together give what <see cref="Predict"/> gives for the whole clip, except for rounding.
    /// </summary>
    /// <param name="frames">The last call may add none, but the clip must have some.</param>
    /// <param name="cache">The clip's caches.</param>
    /// <param name="last">Whether the clip ends with these frames.</param>
    SpectrumRows Continue(VocoderFrames frames, IVocoderCache cache, bool last);
}

/// <summary>What an engine keeps between two pieces of a clip.</summary>
internal interface IVocoderCache
{
    /// <summary>Independent caches with the same content.</summary>
    IVocoderCache Copy();
}

/// <summary>A vocoder's inputs (<see cref="VocoderInput"/>).</summary>
/// <param name="Levels">Scaled levels (frames, bands).</param>
/// <param name="LogMagnitude">Initial log magnitude (frames, bins).</param>
/// <param name="Count">Number of frames.</param>
internal sealed record VocoderFrames(float[] Levels, float[] LogMagnitude, int Count);
