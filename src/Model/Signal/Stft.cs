using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AudioBsq.Signal;

/// <summary>
/// The short-time Fourier transform with a periodic Hann window, centred: frame t looks at the window-long stretch around sample
/// t·hop. Where that reaches over an end of the waveform, the waveform is mirrored at its first or last sample, again and again
/// if it is short; where one mirroring is enough this is what torch.stft does. Immutable, so threads may share it.
/// </summary>
internal sealed class Stft
{
    private readonly LaneFft _fft;

    /// <param name="length">Samples of the window and the transform; a power of two, at least 16.</param>
    /// <param name="hop">Samples from one window's centre to the next.</param>
    public Stft(int length, int hop)
    {
        (Length, Hop, _fft) = (length, hop, new LaneFft(length));
        Window = [.. Enumerable.Range(0, length).Select(n => (float)(0.5 - 0.5 * Math.Cos(2 * Math.PI * n / length)))];
        Synthesis = [.. Window.Select(w => w / (length / 2))];
    }

    public int Length { get; }

    public int Hop { get; }

    public int Bins => _fft.Bins;

    /// <summary>The analysis window.</summary>
    public float[] Window { get; }

    /// <summary>The same window with the transform's scale taken out, for frames on their way back.</summary>
    public float[] Synthesis { get; }

    /// <summary>Spectra of one block of frames, from sample <paramref name="start"/> of the source on, which must hold them wholly.</summary>
    public void Analyze(ReadOnlySpan<float> source, int start, int hop, LaneBuffer buffer)
    {
        LaneFrames.Load(source[start..], hop, Window, buffer.Re, buffer.Im);
        _fft.Forward(buffer);
    }

    /// <summary>Adds the windowed frames of one block of spectra to the target, from sample <paramref name="start"/> on.</summary>
    public void Synthesize(LaneBuffer buffer, Span<float> target, int start)
    {
        _fft.Inverse(buffer);
        LaneFrames.Add(buffer.Re, buffer.Im, Synthesis, target[start..], Hop);
    }

    /// <summary>
    /// Calls <paramref name="use"/> with the first frame of every block and the powers of its bins, a frame per lane. Lanes past
    /// the last frame hold nothing of use.
    /// </summary>
    public void ForEachBlock(ReadOnlySpan<float> waveform, int frames, BlockAction use)
    {
        int lanes = LaneFrames.Lanes;
        var buffer = new LaneBuffer(Bins);
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
            use(first, power);
        }
    }

    /// <summary>|spectrum|² of every frame: (frames, bins).</summary>
    public float[] Power(ReadOnlySpan<float> waveform)
    {
        int frames = waveform.IsEmpty ? 0 : 1 + waveform.Length / Hop;
        float[] result = new float[frames * Bins];
        ForEachBlock(waveform, frames, (first, power) => Scatter(power, result, first, frames));
        return result;
    }

    /// <summary>Writes values of one block, a frame per lane, as rows of (frames, values).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scatter(ReadOnlySpan<Vector<float>> values, Span<float> rows, int firstFrame, int frames)
    {
        int lanes = LaneFrames.Lanes, count = Math.Min(lanes, frames - firstFrame);
        var numbers = MemoryMarshal.Cast<Vector<float>, float>(values);
        for (int lane = 0; lane < count; lane++)
        {
            var row = rows.Slice((firstFrame + lane) * values.Length, values.Length);
            for (int i = 0; i < row.Length; i++) row[i] = numbers[i * lanes + lane];
        }
    }

    /// <summary>The sample that stands at a position when a waveform of so many samples is mirrored at its ends for ever.</summary>
    public static long Mirror(long position, long samples)
    {
        if (samples == 1) return 0;
        long period = 2 * (samples - 1), at = Math.Abs(position) % period;
        return Math.Min(at, period - at);
    }

    /// <summary>Takes the powers of one block: (bins) vectors, a frame per lane.</summary>
    public delegate void BlockAction(int firstFrame, ReadOnlySpan<Vector<float>> power);
}
