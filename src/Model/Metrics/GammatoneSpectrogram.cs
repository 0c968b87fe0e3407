using System.Numerics.Tensors;

namespace AudioBsq.Metrics;

/// <summary>
/// ViSQOL's spectrogram: the level of every <see cref="GammatoneFilterBank"/> band in Hann-windowed frames of 80 ms, one every 20 ms. No
/// frame reaches beyond an end of the waveform.
/// </summary>
internal sealed class GammatoneSpectrogram
{
    public const int Bands = GammatoneFilterBank.Bands;

    private const double Floor = -45; // dB; also relative to the loudest band of both waveforms in a frame

    private GammatoneSpectrogram(double[] levels) => Levels = levels;

    /// <summary>(frames, bands): amplitudes, which <see cref="MakeComparable"/> turns into levels.</summary>
    public double[] Levels { get; }

    public int Frames => Levels.Length / Bands;

    /// <summary>Samples of one frame.</summary>
    public static int FrameLength(int sampleRate) => (int)Math.Round(sampleRate * 0.08);

    /// <summary>The spectrogram of a waveform that is longer than one frame.</summary>
    public static GammatoneSpectrogram Of(ReadOnlySpan<double> samples, GammatoneFilterBank bank, int sampleRate)
    {
        int length = FrameLength(sampleRate), hop = (int)(length * 0.25), frames = 1 + (samples.Length - length) / hop;
        double[] window = [.. Enumerable.Range(0, length).Select(n => 0.5 - 0.5 * Math.Cos(2 * Math.PI * n / (length - 1)))];
        double[] frame = new double[length], levels = new double[frames * Bands];
        for (int i = 0; i < frames; i++)
        {
            TensorPrimitives.Multiply(samples.Slice(i * hop, length), window, frame);
            bank.Measure(frame, levels.AsSpan(i * Bands, Bands));
        }

        return new GammatoneSpectrogram(levels);
    }

    /// <summary>
    /// Turns both into levels, 10·log10 of the amplitude (so half of decibels), raised to the floors, the lowest of which becomes 0.
    /// </summary>
    public static void MakeComparable(GammatoneSpectrogram reference, GammatoneSpectrogram degraded)
    {
        ToLevels(reference.Levels);
        ToLevels(degraded.Levels);
        for (int i = 0; i < Math.Min(reference.Frames, degraded.Frames); i++)
        {
            Span<double> first = reference.Levels.AsSpan(i * Bands, Bands), second = degraded.Levels.AsSpan(i * Bands, Bands);
            double floor = Math.Max(TensorPrimitives.Max<double>(first), TensorPrimitives.Max<double>(second)) + Floor;
            TensorPrimitives.Max(first, floor, first);
            TensorPrimitives.Max(second, floor, second);
        }

        double lowest = Math.Min(TensorPrimitives.Min<double>(reference.Levels), TensorPrimitives.Min<double>(degraded.Levels));
        TensorPrimitives.Subtract(reference.Levels, lowest, reference.Levels);
        TensorPrimitives.Subtract(degraded.Levels, lowest, degraded.Levels);
    }

    /// <summary>A patch of frames; frames beyond the end have the lowest level.</summary>
    public NeurogramPatch Patch(int first, int frames)
    {
        double[] values = new double[frames * Bands];
        int known = Math.Min(frames, Frames - first);
        Levels.AsSpan(first * Bands, known * Bands).CopyTo(values);
        return new NeurogramPatch(values, Bands);
    }

    private static void ToLevels(double[] amplitudes)
    {
        for (int i = 0; i < amplitudes.Length; i++)
        {
            double amplitude = amplitudes[i] == 0 ? Stoi.Epsilon : amplitudes[i];
            amplitudes[i] = Math.Max(10 * Math.Log10(amplitude), Floor);
        }
    }
}
