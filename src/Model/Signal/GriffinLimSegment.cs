using System.Numerics;
using System.Runtime.CompilerServices;

namespace AudioBsq.Signal;

/// <summary>
/// One segment of <see cref="GriffinLim"/>. Positions count from the start of the first frame's window, half a window before the
/// waveform. What earlier segments finished is held fixed; what lies beyond an end of the waveform mirrors it, as in <see cref="Stft"/>.
/// </summary>
internal sealed class GriffinLimSegment
{
    private readonly Stft _stft;
    private readonly GriffinLimOptions _options;
    private readonly int _firstFrame, _frames, _blocks;
    private readonly Vector<float>[] _magnitude, _lastRe, _lastIm; // (blocks, bins), a frame per lane
    private readonly float[] _perOverlap;                          // 1 / sum of squared windows
    private readonly LaneBuffer _buffer;

    public GriffinLimSegment(Stft stft, MelInversion inversion, GriffinLimOptions options, ReadOnlySpan<float> power, int firstFrame, int frames)
    {
        (_stft, _options, _firstFrame, _frames) = (stft, options, firstFrame, frames);
        int lanes = LaneFrames.Lanes, bins = stft.Bins, bands = power.Length / frames;
        _blocks = (frames + lanes - 1) / lanes;
        _buffer = new LaneBuffer(bins);
        (_magnitude, _lastRe, _lastIm) = (new Vector<float>[_blocks * bins], new Vector<float>[_blocks * bins], new Vector<float>[_blocks * bins]);
        var (mel, work) = (new Vector<float>[bands], new Vector<float>[bands]);
        for (int block = 0; block < _blocks; block++)
        {
            MelInversion.Gather(power, mel, block * lanes, frames);
            inversion.Invert(mel, _magnitude.AsSpan(block * bins, bins), work);
        }

        _perOverlap = new float[(_blocks * lanes - 1) * stft.Hop + stft.Length];
        for (int frame = 0; frame < frames; frame++)
        {
            for (int n = 0; n < stft.Length; n++) _perOverlap[frame * stft.Hop + n] += stft.Window[n] * stft.Window[n];
        }

        for (int i = 0; i < _perOverlap.Length; i++) _perOverlap[i] = _perOverlap[i] > 1e-6f ? 1 / _perOverlap[i] : 0;
    }

    /// <summary>
    /// Writes the waveform from position <paramref name="done"/> on, to its end if this is the last segment and otherwise to the
    /// start of frame <paramref name="keep"/> of this segment; returns the position reached.
    /// </summary>
    public long Run(Span<float> waveform, long done, bool isLast, int keep, CancellationToken cancellation)
    {
        long start = (long)_firstFrame * _stft.Hop;
        int half = _stft.Length / 2;
        float[] sound = new float[_perOverlap.Length], next = new float[_perOverlap.Length];
        for (int round = 0; round <= _options.Iterations; round++)
        {
            Array.Clear(next);
            for (int block = 0; block < _blocks; block++)
            {
                cancellation.ThrowIfCancellationRequested();
                int at = block * LaneFrames.Lanes * _stft.Hop;
                if (round == 0) StartPhases(block);
                else
                {
                    _stft.Analyze(sound, at, _stft.Hop, _buffer);
                    TakePhases(block);
                }

                _stft.Synthesize(_buffer, next, at);
            }

            (sound, next) = (next, sound);
            for (int i = 0; i < sound.Length; i++) sound[i] *= _perOverlap[i];
            Fix(sound, waveform, start, done, isLast);
        }

        long from = Math.Max(done, half), to = isLast ? half + waveform.Length : start + (long)keep * _stft.Hop;
        sound.AsSpan((int)(from - start), (int)(to - from)).CopyTo(waveform[(int)(from - half)..]);
        return to;
    }

    // What is known of the sound replaces what the frames say.
    private void Fix(float[] sound, ReadOnlySpan<float> waveform, long start, long done, bool isLast)
    {
        int half = _stft.Length / 2;
        if (done > 0) waveform[(int)(start - half)..(int)(done - half)].CopyTo(sound);
        if (done == 0) Mirror(sound, 0, half, waveform.Length, start);
        if (isLast) Mirror(sound, (int)(half + waveform.Length - start), (_frames - 1) * _stft.Hop + _stft.Length, waveform.Length, start);
    }

    private void Mirror(float[] sound, int from, int to, int samples, long start)
    {
        long shift = start - _stft.Length / 2;
        for (int i = from; i < to; i++) sound[i] = sound[(int)(Stft.Mirror(i + shift, samples) - shift)];
    }

    // Phases come from a table by a hash of seed, frame and bin, so they do not depend on segments or on the width of vectors.
    private void StartPhases(int block)
    {
        int lanes = LaneFrames.Lanes, bins = _stft.Bins;
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

    private static readonly (float Re, float Im)[] Phases =
        [.. Enumerable.Range(0, 4096).Select(i => ((float)Math.Cos(Math.PI * i / 2048), (float)Math.Sin(Math.PI * i / 2048)))];

    // The finalizer of SplitMix64 (Steele, Lea and Flood 2014).
    private static ulong Hash(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
