using System.Numerics;
using System.Runtime.CompilerServices;

namespace AudioBsq.Signal;

/// <summary>
/// The segments of <see cref="GriffinLim"/>, one after another in the same memory. Positions count from the start of the first
/// frame's window, half a window before the waveform. What earlier segments finished is held fixed; what lies beyond an end of the
/// waveform mirrors it, as in <see cref="Stft"/>.
/// </summary>
internal sealed class GriffinLimSegment
{
    private static readonly (float Re, float Im)[] Phases =
        [.. Enumerable.Range(0, 4096).Select(i => ((float)Math.Cos(Math.PI * i / 2048), (float)Math.Sin(Math.PI * i / 2048)))];

    private readonly Stft _stft;
    private readonly MelInversion _inversion;
    private readonly GriffinLimOptions _options;
    private readonly Vector<float>[] _magnitude, _lastRe, _lastIm; // (blocks, bins), a frame per lane
    private readonly float[] _perOverlap;                          // 1 / sum of squared windows
    private readonly LaneBuffer _buffer;
    private float[] _sound, _next;
    private int _firstFrame, _frames, _blocks;
    private bool _hasPhases;

    /// <summary>Makes room for segments of up to so many frames.</summary>
    public GriffinLimSegment(Stft stft, MelInversion inversion, GriffinLimOptions options, int frames)
    {
        (_stft, _inversion, _options, _buffer) = (stft, inversion, options, new LaneBuffer(stft.Bins));
        int blocks = (frames + LaneFrames.Lanes - 1) / LaneFrames.Lanes;
        int spectra = blocks * stft.Bins, samples = (blocks * LaneFrames.Lanes - 1) * stft.Hop + stft.Length;
        (_magnitude, _lastRe, _lastIm) = (new Vector<float>[spectra], new Vector<float>[spectra], new Vector<float>[spectra]);
        (_perOverlap, _sound, _next) = (new float[samples], new float[samples], new float[samples]);
    }

    /// <summary>Takes the mel power (frames, bands) of the next segment, whose first frame is <paramref name="firstFrame"/> of the clip.</summary>
    public void Take(ReadOnlySpan<float> power, int firstFrame, int frames)
    {
        Begin(firstFrame, frames, hasPhases: false);
        var (mel, work) = (new Vector<float>[power.Length / frames], new Vector<float>[power.Length / frames]);
        for (int block = 0; block < _blocks; block++)
        {
            MelInversion.Gather(power, mel, block * LaneFrames.Lanes, frames);
            _inversion.Invert(mel, _magnitude.AsSpan(block * _stft.Bins, _stft.Bins), work);
        }
    }

    /// <summary>Takes the spectra of the next segment, real and imaginary parts each (frames, bins): their magnitudes, and phases to start from.</summary>
    public void Take(ReadOnlySpan<float> re, ReadOnlySpan<float> im, int firstFrame, int frames)
    {
        Begin(firstFrame, frames, hasPhases: true);
        for (int block = 0; block < _blocks; block++)
        {
            Span<Vector<float>> real = _lastRe.AsSpan(block * _stft.Bins, _stft.Bins), imaginary = _lastIm.AsSpan(block * _stft.Bins, _stft.Bins);
            MelInversion.Gather(re, real, block * LaneFrames.Lanes, frames);
            MelInversion.Gather(im, imaginary, block * LaneFrames.Lanes, frames);
            for (int bin = 0; bin < real.Length; bin++) _magnitude[block * _stft.Bins + bin] = Vector.SquareRoot(real[bin] * real[bin] + imaginary[bin] * imaginary[bin]);
        }
    }

    private void Begin(int firstFrame, int frames, bool hasPhases)
    {
        (_firstFrame, _frames, _hasPhases) = (firstFrame, frames, hasPhases);
        _blocks = (frames + LaneFrames.Lanes - 1) / LaneFrames.Lanes;
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
    /// Writes the waveform from position <paramref name="done"/> on, to its end if this is the last segment and otherwise to the
    /// start of frame <paramref name="keep"/> of this segment.
    /// </summary>
    public void Run(Span<float> waveform, long done, bool isLast, int keep, CancellationToken cancellation)
    {
        long start = (long)_firstFrame * _stft.Hop;
        int half = _stft.Length / 2;
        for (int round = 0; round <= _options.Iterations; round++)
        {
            Array.Clear(_next);
            for (int block = 0; block < _blocks; block++)
            {
                cancellation.ThrowIfCancellationRequested();
                int at = block * LaneFrames.Lanes * _stft.Hop;
                if (round == 0)
                {
                    StartPhases(block);
                }
                else
                {
                    _stft.Analyze(_sound, at, _stft.Hop, _buffer);
                    TakePhases(block);
                }

                _stft.Synthesize(_buffer, _next, at);
            }

            (_sound, _next) = (_next, _sound);
            for (int i = 0; i < _sound.Length; i++) _sound[i] *= _perOverlap[i];
            Fix(waveform, start, done, isLast);
        }

        long from = Math.Max(done, half), to = isLast ? half + waveform.Length : start + (long)keep * _stft.Hop;
        _sound.AsSpan((int)(from - start), (int)(to - from)).CopyTo(waveform[(int)(from - half)..]);
    }

    // What is known of the sound replaces what the frames say.
    private void Fix(ReadOnlySpan<float> waveform, long start, long done, bool isLast)
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

    // Phases come from a table by a hash of seed, frame and bin, so they do not depend on segments or on the width of vectors.
    private void StartPhases(int block)
    {
        int lanes = LaneFrames.Lanes, bins = _stft.Bins;
        if (_hasPhases)
        {
            Move(_lastRe.AsSpan(block * bins, bins), _buffer.Re);
            Move(_lastIm.AsSpan(block * bins, bins), _buffer.Im);
            return;
        }

        Span<float> re = stackalloc float[lanes], im = stackalloc float[lanes];
        for (int bin = 0; bin < bins; bin++)
        {
            for (int lane = 0; lane < lanes; lane++)
            {
                long frame = _firstFrame + block * lanes + lane;
                (re[lane], im[lane]) = Phases[Hash(((ulong)(uint)_options.Seed << 32) + (ulong)(frame * bins + bin)) % (ulong)Phases.Length];
            }

            _buffer.Re[bin] = _magnitude[block * bins + bin] * new Vector<float>(re);
            _buffer.Im[bin] = _magnitude[block * bins + bin] * new Vector<float>(im);
        }
    }

    private static void Move(Span<Vector<float>> from, Span<Vector<float>> to)
    {
        from.CopyTo(to);
        from.Clear();
    }

    // The step beyond the new spectrum, away from the last one, gives the phase (Perraudin et al., algorithm 2).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TakePhases(int block)
    {
        int bins = _stft.Bins;
        Span<Vector<float>> re = _buffer.Re.AsSpan(0, bins), im = _buffer.Im.AsSpan(0, bins);
        Span<Vector<float>> lastRe = _lastRe.AsSpan(block * bins, bins), lastIm = _lastIm.AsSpan(block * bins, bins);
        var magnitude = _magnitude.AsSpan(block * bins, bins);
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

    // The finalizer of SplitMix64 (Steele, Lea and Flood 2014).
    private static ulong Hash(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
