using AudioBsq.Signal.Fft;

namespace AudioBsq.Signal;

/// <summary>
/// Turns mel frames into a waveform without a network: non-negative least squares find first magnitudes, and the fast Griffin-Lim method
/// (Perraudin, Balazs and Søndergaard 2013) a sound of which every round has spectra nearer to the mel frames. Each round scales the
/// spectra's bins until their mel bands have the given power, where the published method sets every bin to its first magnitude
/// (<see cref="GriffinLimOptions.KeepMagnitudes"/>). Managed code on one thread; an instance may be used by several threads at a time.
/// </summary>
/// <remarks>
/// Long clips are synthesized in segments of about a thousand frames, each of which continues the sound before it, so only the mel and
/// the waveform grow with the length.
/// </remarks>
public sealed class GriffinLim : IWaveformSynthesizer
{
    private readonly MelInversion _inversion;
    private readonly Stft _stft;

    /// <summary>Prepares transform and filter bank.</summary>
    /// <exception cref="NotSupportedException">The hop is longer than half the window.</exception>
    public GriffinLim(MelOptions mel, GriffinLimOptions? options = null)
    {
        (Mel, Options) = (mel.MainOnly, options ?? new GriffinLimOptions());
        Options.Validate();
        var bank = new MelFilterBank(mel);
        if (mel.HopLength > mel.FftLength / 2)
        {
            throw new NotSupportedException($"HopLength {mel.HopLength} is more than half of FftLength {mel.FftLength}: "
                + "a waveform can be made only from frames that overlap by half or more.");
        }

        (_inversion, _stft) = (new MelInversion(bank, Options.InversionIterations), new Stft(mel.FftLength, mel.HopLength));
    }

    /// <summary>How the frames were made, with the main window alone.</summary>
    public MelOptions Mel { get; }

    /// <summary>How the phases are found.</summary>
    public GriffinLimOptions Options { get; }

    /// <inheritdoc/>
    public int SampleRate => Mel.SampleRate;

    /// <summary>
    /// Mel (frames, bands) in the unit of <see cref="MelOptions.Level"/> → waveform. Levels at the floor become silence.
    /// </summary>
    /// <param name="mel">Frames, row by row.</param>
    /// <param name="samples">
    /// Length wanted, one that gives these frames: from (frames − 1)·hop, which is the default, to frames·hop − 1. An empty mel
    /// gives an empty waveform.
    /// </param>
    /// <param name="cancellation">Checked several times a second.</param>
    /// <exception cref="ArgumentException">
    /// The mel has no whole frames or holds an impossible level, or the length does not fit it.
    /// </exception>
    public float[] Synthesize(ReadOnlyMemory<float> mel, int? samples = null, CancellationToken cancellation = default)
    {
        int frames = MelInversion.FramesOf(mel.Length, Mel.Bands, nameof(mel));
        float[] waveform = new float[SynthesisLength.Of(frames, Mel.HopLength, samples)];
        float floor = MelLevels.FloorOf(mel.Span, Mel);
        if (waveform.Length == 0) return waveform;
        var segment = NewSegment(frames);
        foreach (var (done, first, end) in Segments(frames))
        {
            segment.Load(PowerOf(mel, first, end, floor), first, end - first);
            segment.Run(waveform, done, isLast: end == frames, keep: end - first - Ahead, cancellation);
        }

        return waveform;
    }

    /// <summary>The same from spectra, whose phases are refined.</summary>
    /// <param name="spectra">From a first frame and a number of frames: real and imaginary parts (frames, bins).</param>
    /// <param name="mel">What the spectra were made of: levels (frames, bands). The sound keeps the level of the spectra.</param>
    /// <param name="samples">Number of samples, from 1, as <see cref="SynthesisLength"/> allows.</param>
    /// <param name="cancellation">Checked several times a second.</param>
    internal float[] Refine(
        Func<int, int, (float[] Re, float[] Im)> spectra, ReadOnlyMemory<float> mel, int samples, CancellationToken cancellation)
    {
        int frames = mel.Length / Mel.Bands;
        float[] waveform = new float[samples];
        float floor = MelLevels.FloorOf(mel.Span, Mel);
        var segment = NewSegment(frames);
        var levels = new FrameLevels(frames, Mel.FrameRate);
        foreach (var (done, first, end) in Segments(frames))
        {
            var (re, im) = spectra(first, end - first);
            segment.Load(re, im, PowerOf(mel, first, end, floor), levels, first, end - first);
            segment.Run(waveform, done, isLast: end == frames, keep: end - first - Ahead, cancellation);
        }

        return waveform;
    }

    private float[] PowerOf(ReadOnlyMemory<float> mel, int first, int end, float floor)
    {
        float[] power = mel[(first * Mel.Bands)..(end * Mel.Bands)].ToArray();
        MelLevels.ToPower(power, Mel, floor);
        return power;
    }

    /// <summary>Frames that a segment adds, unless windows overlap so much that more are needed.</summary>
    internal int SegmentFrames { get; init; } = 1024;

    private int Overlap => (Mel.FftLength - 1) / Mel.HopLength + 1; // frames that share a sample

    private int Ahead => 3 * Overlap;

    private int Fresh => Math.Max(SegmentFrames, Ahead);

    private GriffinLimSegment NewSegment(int frames) =>
        new(_stft, _inversion, Options, Mel.Bands, Math.Min(frames, Fresh + 2 * Ahead + Overlap));

    // Where each segment continues, in samples from the start of the first window, half a window before the waveform, and its frames.
    private IEnumerable<(long Done, int First, int End)> Segments(int frames)
    {
        long done = 0;
        for (int end = 0; end < frames; done = (long)(end - Ahead) * Mel.HopLength)
        {
            int first = done == 0 ? 0 : (int)((done - Mel.FftLength) / Mel.HopLength) + 1;
            end = (int)(done / Mel.HopLength) + Fresh + Ahead;
            if (end > frames - Ahead) end = frames;
            yield return (done, first, end);
        }
    }
}
