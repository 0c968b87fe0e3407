namespace AudioBsq.Signal;

/// <summary>
/// Turns mel spectrograms into sound, as <see cref="GriffinLim"/> and <c>NeuralVocoder</c> do. One instance may be used by
/// several threads at a time.
/// </summary>
public interface IWaveformSynthesizer
{
    /// <summary>How the mel spectrograms must have been made.</summary>
    MelOptions Mel { get; }

    /// <summary>Samples per second of the sound, in Hz.</summary>
    int SampleRate { get; }

    /// <summary>Mel (frames, bands) in the unit of <see cref="MelOptions.Level"/> → waveform, nominally −1 to 1.</summary>
    /// <param name="mel">Frames, row by row.</param>
    /// <param name="samples">
    /// Length wanted, one that gives these frames: from (frames − 1)·hop, which is the default, to frames·hop − 1. An empty mel gives an
    /// empty waveform.
    /// </param>
    /// <param name="cancellation">Stops the synthesis.</param>
    /// <exception cref="ArgumentException">
    /// The mel has no whole frames or holds an impossible level, or the length does not fit it.
    /// </exception>
    float[] Synthesize(ReadOnlyMemory<float> mel, int? samples = null, CancellationToken cancellation = default);
}
