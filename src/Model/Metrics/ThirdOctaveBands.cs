using System.Numerics;
using AudioBsq.Signal.Fft;

namespace AudioBsq.Metrics;

/// <summary>
/// The spectrogram that STOI compares (Taal et al. 2011, section II): the amplitude of 15 third-octave bands from 150 Hz on at 10 kHz, in
/// frames of 256 samples every 128, without the frames that are more than 40 dB below the reference's loudest.
/// </summary>
internal static class ThirdOctaveBands
{
    public const int SampleRate = 10_000;
    public const int Bands = 15;

    private const int FrameLength = 256, Hop = FrameLength / 2, FftLength = 512;
    private const double DynamicRange = 40; // dB

    private static readonly double[] Window =
        [.. Enumerable.Range(1, FrameLength).Select(n => 0.5 - 0.5 * Math.Cos(2 * Math.PI * n / (FrameLength + 1)))];

    private static readonly int[] Edges = [.. Enumerable.Range(0, Bands + 1).Select(NearestBin)];
    private static readonly ComplexFft Transform = new(FftLength);

    /// <summary>Amplitudes (frames, bands) of both waveforms, which must be of one length at <see cref="SampleRate"/>.</summary>
    public static (double[] Reference, double[] Degraded) Measure(double[] reference, double[] degraded)
    {
        int[] active = ActiveFrames(reference);
        return (Amplitudes(Join(reference, active)), Amplitudes(Join(degraded, active)));
    }

    // The last frame ends before the last sample.
    private static int FramesOf(int samples) => Math.Max(0, (samples - FrameLength + Hop - 1) / Hop);

    // Starts of the frames within the dynamic range.
    private static int[] ActiveFrames(double[] reference)
    {
        double[] levels = new double[FramesOf(reference.Length)];
        for (int frame = 0; frame < levels.Length; frame++)
        {
            double energy = 0;
            for (int i = 0; i < FrameLength; i++)
            {
                double value = Window[i] * reference[frame * Hop + i];
                energy += value * value;
            }

            levels[frame] = 20 * Math.Log10(Math.Sqrt(energy) + Stoi.Epsilon);
        }

        double loudest = levels.DefaultIfEmpty().Max();
        var active = Enumerable.Range(0, levels.Length).Where(frame => loudest - DynamicRange - levels[frame] < 0);
        return [.. active.Select(frame => frame * Hop)];
    }

    private static double[] Join(double[] samples, int[] starts)
    {
        double[] joined = new double[starts.Length == 0 ? 0 : (starts.Length - 1) * Hop + FrameLength];
        for (int frame = 0; frame < starts.Length; frame++)
        {
            for (int i = 0; i < FrameLength; i++) joined[frame * Hop + i] += Window[i] * samples[starts[frame] + i];
        }

        return joined;
    }

    private static double[] Amplitudes(double[] samples)
    {
        double[] amplitudes = new double[FramesOf(samples.Length) * Bands];
        var spectrum = new Complex[FftLength];
        for (int i = 0; i < amplitudes.Length; i += Bands)
        {
            Array.Clear(spectrum);
            for (int n = 0; n < FrameLength; n++) spectrum[n] = Window[n] * samples[i / Bands * Hop + n];
            Transform.Forward(spectrum);
            for (int band = 0; band < Bands; band++)
            {
                double power = 0;
                for (int bin = Edges[band]; bin < Edges[band + 1]; bin++) power += Power(spectrum[bin]);
                amplitudes[i + band] = Math.Sqrt(power);
            }
        }

        return amplitudes;
    }

    private static double Power(Complex value) => value.Real * value.Real + value.Imaginary * value.Imaginary;

    // The bin nearest to the lower edge of a band; each band ends where the next begins.
    private static int NearestBin(int band)
    {
        double hertz = 150 * Math.Pow(2, (2 * band - 1) / 6.0);
        return (int)Math.Round(hertz * FftLength / SampleRate);
    }
}
