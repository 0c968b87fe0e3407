using System.Numerics;
using System.Runtime.CompilerServices;
using AudioBsq.Signal.Fft;

namespace AudioBsq.Signal;

/// <summary>
/// The segments of <see cref="GriffinLim"/>, one after another in the same memory. Positions count from the start of the first
/// frame's window, half a window before the waveform. Sound of earlier segments stays fixed; beyond its ends the waveform is mirrored,
/// as in <see cref="Stft"/>.
/// </summary>
internal sealed class GriffinLimSegment
{
    private static readonly (float Re, float Im)[] Phases =
        [.. Enumerable.Range(0, 4096).Select(i => ((float)Math.Cos(Math.PI * i / 2048), (float)Math.Sin(Math.PI * i / 2048)))];

    private readonly Stft _stft;
    private readonly MelInversion _inversion;
    private readonly GriffinLimOptions _options;
    private readonly Vector<float>[] _magnitude, _lastRe, _lastIm; // (batches, bins), a frame per lane
    private readonly Vector<float>[] _mel;                         // (batches, bands): the power that the bands shall have
    private readonly Vector<float>[] _binPower, _bandPower;        // of one batch
    private readonly float[] _perOverlap;                          // 1 / sum of squared windows
    private readonly FftBuffer _buffer;
    private float[] _sound, _next;
    private int _firstFrame, _frames, _batches;
    private bool _hasPhases;

    /// <summary>Allocates the memory for segments of at most <paramref name="frames"/> frames.</summary>
    public GriffinLimSegment(Stft stft, MelInversion inversion, GriffinLimOptions options, int bands, int frames)
    {
        (_stft, _inversion, _options, _buffer) = (stft, inversion, options, new FftBuffer(stft.Bins));
        int batches = (frames + FrameBatch.Size - 1) / FrameBatch.Size;
        int spectra = batches * stft.Bins, samples = (batches * FrameBatch.Size - 1) * stft.Hop + stft.Length;
        (_magnitude, _lastRe, _lastIm) = (new Vector<float>[spectra], new Vector<float>[spectra], new Vector<float>[spectra]);
        (_mel, _bandPower, _binPower) = (new Vector<float>[batches * bands], new Vector<float>[bands], new Vector<float>[stft.Bins]);
        (_perOverlap, _sound, _next) = (new float[samples], new float[samples], new float[samples]);
    }

    /// <summary>Starts the next segment from mel power (frames, bands). Its first frame has an index in the clip.</summary>
    public void Load(ReadOnlySpan<float> power, int firstFrame, int frames)
    {
        Begin(power, firstFrame, frames, hasPhases: false);
        for (int batch = 0; batch < _batches; batch++)
            _inversion.Invert(MelOf(batch), _magnitude.AsSpan(batch * _stft.Bins, _stft.Bins), _bandPower);
    }

    /// <summary>
    /// Starts the next segment from spectra (frames, bins), whose phases are refined. The sound keeps their magnitudes, or else their
    /// level and the mel power (frames, bands) beside that.
    /// </summary>
    public void Load(
        ReadOnlySpan<float> re, ReadOnlySpan<float> im, ReadOnlySpan<float> power, FrameLevels levels, int firstFrame, int frames)
    {
        Begin(power, firstFrame, frames, hasPhases: true);
        for (int batch = 0; batch < _batches; batch++)
        {
            Span<Vector<float>> real = _lastRe.AsSpan(batch * _stft.Bins, _stft.Bins);
            Span<Vector<float>> imaginary = _lastIm.AsSpan(batch * _stft.Bins, _stft.Bins);
            BatchRows.Load(re, real, batch * FrameBatch.Size, frames);
            BatchRows.Load(im, imaginary, batch * FrameBatch.Size, frames);
            var magnitude = _magnitude.AsSpan(batch * _stft.Bins, _stft.Bins);
            for (int bin = 0; bin < real.Length; bin++)
            {
                _binPower[bin] = real[bin] * real[bin] + imaginary[bin] * imaginary[bin];
                magnitude[bin] = Vector.SquareRoot(_binPower[bin]);
            }

            _inversion.Bands(_binPower, _bandPower);
            levels.Set(firstFrame + batch * FrameBatch.Size, frames - batch * FrameBatch.Size, Sum(_bandPower), Sum(MelOf(batch)));
        }

        SetLevels(levels);
    }

    private void Begin(ReadOnlySpan<float> power, int firstFrame, int frames, bool hasPhases)
    {
        (_firstFrame, _frames, _hasPhases) = (firstFrame, frames, hasPhases);
        _batches = (frames + FrameBatch.Size - 1) / FrameBatch.Size;
        for (int batch = 0; batch < _batches; batch++) BatchRows.Load(power, MelOf(batch), batch * FrameBatch.Size, frames);
        Array.Clear(_lastRe);
        Array.Clear(_lastIm);
        Array.Clear(_perOverlap);
        for (int frame = 0; frame < frames; frame++)
        {
            for (int n = 0; n < _stft.Length; n++) _perOverlap[frame * _stft.Hop + n] += _stft.Window[n] * _stft.Window[n];
        }

        for (int i = 0; i < _perOverlap.Length; i++) _perOverlap[i] = _perOverlap[i] > 1e-6f ? 1 / _perOverlap[i] : 0;
    }

    /// <summary>
    /// Writes the waveform from position <paramref name="done"/> on: to its end in the last segment, otherwise to the start of frame
    /// <paramref name="keep"/> of this segment.
    /// </summary>
    public void Run(Span<float> waveform, long done, bool isLast, int keep, CancellationToken cancellation)
    {
        long start = (long)_firstFrame * _stft.Hop;
        int half = _stft.Length / 2;
        for (int round = 0; round <= _options.Iterations; round++)
        {
            Array.Clear(_next);
            for (int batch = 0; batch < _batches; batch++)
            {
                cancellation.ThrowIfCancellationRequested();
                int at = batch * FrameBatch.Size * _stft.Hop;
                if (round == 0)
                {
                    StartPhases(batch);
                }
                else
                {
                    _stft.Analyze(_sound, at, _stft.Hop, _buffer);
                    Advance(batch);
                }

                _stft.Synthesize(_buffer, _next, at);
            }

            (_sound, _next) = (_next, _sound);
            for (int i = 0; i < _sound.Length; i++) _sound[i] *= _perOverlap[i];
            RestoreKnown(waveform, start, done, isLast);
        }

        long from = Math.Max(done, half), to = isLast ? half + waveform.Length : start + (long)keep * _stft.Hop;
        _sound.AsSpan((int)(from - start), (int)(to - from)).CopyTo(waveform[(int)(from - half)..]);
    }

    // Replaces the part of the sound that is known: that of earlier segments, and the mirrored ends.
    private void RestoreKnown(ReadOnlySpan<float> waveform, long start, long done, bool isLast)
    {
        int half = _stft.Length / 2;
        if (done > 0) waveform[(int)(start - half)..(int)(done - half)].CopyTo(_sound);
        if (done == 0) Mirror(0, half, waveform.Length, start);
        if (isLast) Mirror((int)(half + waveform.Length - start), (_frames - 1) * _stft.Hop + _stft.Length, waveform.Length, start);
    }

    private void Mirror(int from, int to, int samples, long start)
    {
        long shift = start - _stft.Length / 2;
        for (int i = from; i < to; i++) _sound[i] = _sound[(int)(Stft.Mirror(i + shift, samples) - shift)];
    }

    // Phases are chosen by a hash of seed, frame and bin, so they do not depend on segments or on the width of vectors.
    private void StartPhases(int batch)
    {
        int lanes = FrameBatch.Size, bins = _stft.Bins;
        if (_hasPhases)
        {
            Move(_lastRe.AsSpan(batch * bins, bins), _buffer.Re);
            Move(_lastIm.AsSpan(batch * bins, bins), _buffer.Im);
            return;
        }

        ulong seed = (ulong)(uint)_options.Seed << 32;
        Span<float> re = stackalloc float[lanes], im = stackalloc float[lanes];
        for (int bin = 0; bin < bins; bin++)
        {
            for (int lane = 0; lane < lanes; lane++)
            {
                long frame = _firstFrame + batch * lanes + lane;
                (re[lane], im[lane]) = Phases[SplitMix64.Mix(seed + (ulong)(frame * bins + bin)) % (ulong)Phases.Length];
            }

            _buffer.Re[bin] = _magnitude[batch * bins + bin] * new Vector<float>(re);
            _buffer.Im[bin] = _magnitude[batch * bins + bin] * new Vector<float>(im);
        }
    }

    private static void Move(Span<Vector<float>> from, Span<Vector<float>> to)
    {
        from.CopyTo(to);
        from.Clear();
    }

    // Extrapolates from the last spectrum through the new one, and keeps the phase of the result (Perraudin et al., algorithm 2).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Advance(int batch)
    {
        int bins = _stft.Bins;
        Span<Vector<float>> re = _buffer.Re.AsSpan(0, bins), im = _buffer.Im.AsSpan(0, bins);
        Span<Vector<float>> lastRe = _lastRe.AsSpan(batch * bins, bins), lastIm = _lastIm.AsSpan(batch * bins, bins);
        float back = (float)(_options.Momentum / (1 + _options.Momentum));
        for (int bin = 0; bin < bins; bin++)
        {
            var (nowRe, nowIm) = (re[bin], im[bin]);
            (re[bin], im[bin]) = (nowRe - lastRe[bin] * back, nowIm - lastIm[bin] * back);
            (lastRe[bin], lastIm[bin]) = (nowRe, nowIm);
        }

        if (_options.KeepMagnitudes)
        {
            SetMagnitudes(_magnitude.AsSpan(batch * bins, bins), re, im);
            return;
        }

        _buffer.Power(_binPower);
        _inversion.Match(MelOf(batch), _binPower, re, im, _bandPower);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SetMagnitudes(ReadOnlySpan<Vector<float>> magnitude, Span<Vector<float>> re, Span<Vector<float>> im)
    {
        var tiny = new Vector<float>(1e-30f);
        for (int bin = 0; bin < magnitude.Length; bin++)
        {
            var scale = magnitude[bin] / Vector.SquareRoot(Vector.Max(re[bin] * re[bin] + im[bin] * im[bin], tiny));
            (re[bin], im[bin]) = (re[bin] * scale, im[bin] * scale);
        }
    }

    // Scales the mel power to the level of the spectra.
    private void SetLevels(FrameLevels levels)
    {
        Span<float> gain = stackalloc float[FrameBatch.Size];
        for (int batch = 0; batch < _batches; batch++)
        {
            for (int lane = 0; lane < gain.Length; lane++) gain[lane] = levels.GainAt(_firstFrame + batch * gain.Length + lane);
            var gains = new Vector<float>(gain);
            foreach (ref var band in MelOf(batch)) band *= gains;
        }
    }

    private static Vector<float> Sum(ReadOnlySpan<Vector<float>> values)
    {
        var sum = Vector<float>.Zero;
        foreach (var value in values) sum += value;
        return sum;
    }

    private Span<Vector<float>> MelOf(int batch) => _mel.AsSpan(batch * _bandPower.Length, _bandPower.Length);
}
