using System.Numerics;

namespace AudioBsq.Signal.Fft;

/// <summary>
/// The short-time Fourier transform with a centred, periodic Hann window: frame t covers the window around sample t · hop. Beyond
/// either end the waveform is mirrored at its first or last sample, repeatedly if it is short; where one mirroring is enough this
/// equals torch.stft. Immutable, so threads may share it.
/// </summary>
internal sealed class Stft
{
    private readonly BatchedFft _fft;

    /// <param name="length">Samples of the window and the transform; a power of two, at least 16.</param>
    /// <param name="hop">Samples from one window's centre to the next.</param>
    /// <param name="window">Samples of the window where it is shorter than the transform; it keeps its energy.</param>
    public Stft(int length, int hop, int? window = null)
    {
        (Length, Hop, _fft) = (length, hop, new BatchedFft(length));
        Window = HannWindow(length, window ?? length);
        Synthesis = [.. Window.Select(w => w / (length / 2))];
    }

    /// <summary>Receives the powers of one batch: (bins) vectors, a frame per lane.</summary>
    public delegate void BatchAction<in TState>(TState state, int firstFrame, ReadOnlySpan<Vector<float>> power)
        where TState : allows ref struct;

    public int Length { get; }

    public int Hop { get; }

    public int Bins => _fft.Bins;

    /// <summary>The analysis window.</summary>
    public float[] Window { get; }

    /// <summary>The synthesis window: the analysis window divided by the scale of the inverse transform.</summary>
    public float[] Synthesis { get; }

    /// <summary>Spectra of one batch of frames, the first from sample <paramref name="start"/> on. The source holds all of them.</summary>
    public void Analyze(ReadOnlySpan<float> source, int start, int hop, FftBuffer buffer)
    {
        FrameBatch.Load(source[start..], hop, Window, buffer.Re, buffer.Im);
        _fft.Forward(buffer);
    }

    /// <summary>Adds the windowed frames of one batch of spectra to the target, from sample <paramref name="start"/> on.</summary>
    public void Synthesize(FftBuffer buffer, Span<float> target, int start)
    {
        _fft.Inverse(buffer);
        FrameBatch.Add(buffer.Re, buffer.Im, Synthesis, target[start..], Hop);
    }

    /// <summary>
    /// Calls <paramref name="use"/> for every batch with the state, its first frame and the powers of its bins. The contents of lanes past
    /// the last frame are undefined.
    /// </summary>
    public void ForEachBatch<TState>(ReadOnlySpan<float> waveform, int frames, TState state, BatchAction<TState> use)
        where TState : allows ref struct
    {
        int lanes = FrameBatch.Size;
        var buffer = new FftBuffer(Bins);
        var power = new Vector<float>[Bins];
        float[] mirrored = [];
        for (int first = 0; first < frames; first += lanes)
        {
            long start = (long)first * Hop - Length / 2;
            if (start >= 0 && start + (long)(lanes - 1) * Hop + Length <= waveform.Length)
            {
                Analyze(waveform, (int)start, Hop, buffer);
            }
            else
            {
                if (mirrored.Length == 0) mirrored = new float[lanes * Length];
                for (int i = 0; i < mirrored.Length; i++)
                {
                    mirrored[i] = waveform[(int)Mirror(start + (long)(i / Length) * Hop + i % Length, waveform.Length)];
                }

                Analyze(mirrored, 0, Length, buffer);
            }

            buffer.Power(power);
            use(state, first, power);
        }
    }

    /// <summary>|spectrum|² of every frame: (frames, bins).</summary>
    public float[] Power(ReadOnlySpan<float> waveform)
    {
        int frames = waveform.IsEmpty ? 0 : 1 + waveform.Length / Hop;
        float[] result = new float[frames * Bins];
        ForEachBatch(waveform, frames, result, (rows, first, power) => BatchRows.Store(power, rows, first, frames));
        return result;
    }

    /// <summary>The index of the sample at a position beyond the ends of a waveform that is mirrored at both, repeatedly.</summary>
    public static long Mirror(long position, long samples)
    {
        if (samples == 1) return 0;
        long period = 2 * (samples - 1), at = Math.Abs(position) % period;
        return Math.Min(at, period - at);
    }

    private static float[] HannWindow(int length, int inside)
    {
        float[] window = new float[length];
        double gain = Math.Sqrt((double)length / inside);
        int start = length / 2 - inside / 2;
        for (int n = 0; n < inside; n++) window[start + n] = (float)(gain * (0.5 - 0.5 * Math.Cos(2 * Math.PI * n / inside)));
        return window;
    }
}
