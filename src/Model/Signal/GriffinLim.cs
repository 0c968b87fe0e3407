namespace AudioBsq.Signal;

/// <summary>
/// Turns mel frames into a waveform without a network: <see cref="MelInversion"/> finds magnitudes, and the fast Griffin-Lim
/// method (Perraudin, Balazs and Søndergaard 2013) finds phases that agree with them from one frame to the next. Managed code on
/// one thread; an instance may be used by several threads at a time.
/// </summary>
/// <remarks>
/// Long clips are made in segments of about a thousand frames, each continuing the finished sound before it, so memory does not
/// grow with the length beyond the mel and the waveform themselves.
/// </remarks>
public sealed class GriffinLim
{
    private readonly GriffinLimOptions _options;
    private readonly MelInversion _inversion;
    private readonly Stft _stft;

    /// <summary>Prepares transform and filter bank.</summary>
    /// <exception cref="NotSupportedException">The hop is longer than half the window, so frames say nothing about each other's phase.</exception>
    public GriffinLim(MelOptions mel, GriffinLimOptions? options = null)
    {
        (Mel, _options) = (mel, options ?? new GriffinLimOptions());
        _options.Validate();
        var bank = new MelFilterBank(mel);
        if (mel.HopLength > mel.FftLength / 2)
        {
            throw new NotSupportedException($"HopLength {mel.HopLength} is more than half of FftLength {mel.FftLength}: "
                + "a waveform can be made only from frames that overlap by half or more.");
        }

        (_inversion, _stft) = (new MelInversion(bank, _options.InversionIterations), new Stft(mel.FftLength, mel.HopLength));
    }

    /// <summary>How the frames were made.</summary>
    public MelOptions Mel { get; }

    /// <summary>
    /// Mel (frames, bands) in the unit of <see cref="MelOptions.Level"/> → waveform. Levels at the floor become silence.
    /// </summary>
    /// <param name="mel">Frames, row by row.</param>
    /// <param name="samples">
    /// Length wanted, one that gives these frames: from (frames − 1)·hop, which is the default, to frames·hop − 1. An empty mel
    /// gives an empty waveform.
    /// </param>
    /// <param name="cancellation">Looked at several times a second.</param>
    /// <exception cref="ArgumentException">The mel has no whole frames or holds an impossible level, or the length does not fit it.</exception>
    public float[] Synthesize(ReadOnlySpan<float> mel, int? samples = null, CancellationToken cancellation = default)
    {
        int frames = MelInversion.FramesOf(mel.Length, Mel.Bands, nameof(mel));
        long shortest = Math.Max(0, (long)(frames - 1) * Mel.HopLength), longest = Math.Max(0, (long)frames * Mel.HopLength - 1);
        long length = samples ?? shortest;
        Check.That(length >= shortest && length <= longest, samples, $"must be from {shortest} to {longest} for {frames} frames", nameof(samples));
        if (length > Array.MaxLength)
            throw new ArgumentException($"{frames:N0} frames are {length:N0} samples, more than one array holds: synthesize them in parts.", nameof(mel));

        float[] waveform = new float[length];
        float floor = MelLevels.FloorOf(mel, Mel);
        if (length == 0) return waveform;
        int overlap = (Mel.FftLength - 1) / Mel.HopLength + 1; // frames that share a sample
        int ahead = 3 * overlap, fresh = Math.Max(SegmentFrames, ahead);
        var segment = new GriffinLimSegment(_stft, _inversion, _options, Math.Min(frames, fresh + 2 * ahead + overlap));
        long done = 0; // samples from the start of the first window, half a window before the waveform
        for (int end = 0; end < frames;)
        {
            int first = done == 0 ? 0 : (int)((done - Mel.FftLength) / Mel.HopLength) + 1;
            end = (int)(done / Mel.HopLength) + fresh + ahead;
            if (end > frames - ahead) end = frames;
            var power = mel[(first * Mel.Bands)..(end * Mel.Bands)].ToArray();
            MelLevels.ToPower(power, Mel, floor);
            segment.Take(power, first, end - first);
            done = segment.Run(waveform, done, isLast: end == frames, keep: end - first - ahead, cancellation);
        }

        return waveform;
    }

    /// <summary>Frames that a segment adds, unless windows overlap so much that more are needed.</summary>
    internal int SegmentFrames { get; init; } = 1024;
}
