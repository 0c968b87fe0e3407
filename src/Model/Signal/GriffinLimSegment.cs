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
    private readonly float[] _perOverlap;                          // 1 / sum of squared windows
    private readonly FftBuffer _buffer;
    private float[] _sound, _next;
    private int _firstFrame, _frames, _batches;
    private bool _hasPhases;

    /// <summary>Allocates the memory for segments of at most <paramref name="frames"/> frames.</summary>
    public GriffinLimSegment(Stft stft, MelInversion inversion, GriffinLimOptions options, int frames)
    {
        (_stft, _inversion, _options, _buffer) = (stft, inversion, options, new FftBuffer(stft.Bins));
        int batches = (frames + FrameBatch.Size - 1) / FrameBatch.Size;
        int spectra = batches * stft.Bins, samples = (batches * FrameBatch.Size - 1) * stft.Hop + stft.Length;
        (_magnitude, _lastRe, _lastIm) = (new Vector<float>[spectra], new Vector<float>[spectra], new Vector<float>[spectra]);
        (_perOverlap, _sound, _next) = (new float[samples], new float[samples], new float[samples]);
    }

    /// <summary>Starts the next segment from mel power (frames, bands). Its first frame has an index in the clip.</summary>
    public void Load(ReadOnlySpan<float> power, int firstFrame, int frames)
    {
        Begin(firstFrame, frames, hasPhases: false);
        var (mel, work) = (new Vector<float>[power.Length / frames], new Vector<float>[power.Length / frames]);
        for (int batch = 0; batch < _batches; batch++)
        {
            BatchRows.Load(power, mel, batch * FrameBatch.Size, frames);
            _inversion.Invert(mel, _magnitude.AsSpan(batch * _stft.Bins, _stft.Bins), work);
        }
    }

    /// <summary>Starts the next segment from spectra (frames, bins): their magnitudes stay, their phases are refined.</summary>
    public void Load(ReadOnlySpan<float> re, ReadOnlySpan<float> im, int firstFrame, int frames)
    {
        Begin(firstFrame, frames, hasPhases: true);
        for (int batch = 0; batch < _batches; batch++)
        {
            Span<Vector<float>> real = _lastRe.AsSpan(batch * _stft.Bins, _stft.Bins);
            Span<Vector<float>> imaginary = _lastIm.AsSpan(batch * _stft.Bins, _stft.Bins);
            BatchRows.Load(re, real, batch * FrameBatch.Size, frames);
            BatchRows.Load(im, imaginary, batch * FrameBatch.Size, frames);
            var magnitude = _magnitude.AsSpan(batch * _stft.Bins, _stft.Bins);
            for (int bin = 0; bin < real.Length; bin++)
                magnitude[bin] = Vector.SquareRoot(real[bin] * real[bin] + imaginary[bin] * imaginary[bin]);
        }
    }

    private void Begin(int firstFrame, int frames, bool hasPhases)
    {
        (_firstFrame, _frames, _hasPhases) = (firstFrame, frames, hasPhases);
        _batches = (frames + FrameBatch.Size - 1) / FrameBatch.Size;
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
                    UpdatePhases(batch);
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
    private void UpdatePhases(int batch)
    {
        int bins = _stft.Bins;
        Span<Vector<float>> re = _buffer.Re.AsSpan(0, bins), im = _buffer.Im.AsSpan(0, bins);
        Span<Vector<float>> lastRe = _lastRe.AsSpan(batch * bins, bins), lastIm = _lastIm.AsSpan(batch * bins, bins);
        var magnitude = _magnitude.AsSpan(batch * bins, bins);
        float back = (float)(_options.Momentum / (1 + _options.Momentum));
        var tiny = new Vector<float>(1e-30f);
        for (int bin = 0; bin < bins; bin++)
        {
            var (nowRe, nowIm) = (re[bin], im[bin]);
            var (aheadRe, aheadIm) = (nowRe - lastRe[bin] * back, nowIm - lastIm[bin] * back);
            (lastRe[bin], lastIm[bin]) = (nowRe, nowIm);
            var scale = magnitude[bin] / Vector.SquareRoot(Vector.Max(aheadRe * aheadRe + aheadIm * aheadIm, tiny));
            (re[bin], im[bin]) = (aheadRe * scale, aheadIm * scale);
        }
    }
}
