using System.Numerics;
using System.Numerics.Tensors;
using AudioBsq.Signal;

namespace AudioBsq.Metrics;

/// <summary>
/// Resamples as GNU Octave's <c>resample</c> does, in double precision: a Kaiser-windowed sinc with 60 dB of rejection and a transition of
/// a tenth of the cut-off. STOI is defined with it. For sound use <see cref="Resampler"/>, which rejects 100 dB.
/// </summary>
internal static class OctaveResampler
{
    private const double Rejection = 60; // dB

    /// <summary>Returns samples × to / from, rounded up. The waveform counts as silent beyond its ends.</summary>
    public static double[] Resample(ReadOnlySpan<float> samples, int from, int to)
    {
        double[] input = new double[samples.Length];
        TensorPrimitives.ConvertChecked(samples, input);
        if (from == to) return input;
        int divisor = (int)BigInteger.GreatestCommonDivisor(from, to), up = to / divisor, down = from / divisor;
        double[] filter = Design(up, down);
        int half = filter.Length / 2;
        double[] output = new double[((long)input.Length * up + down - 1) / down];
        for (int i = 0; i < output.Length; i++)
        {
            long centre = (long)i * down; // in the sequence with up − 1 zeros between samples
            long first = Math.Max(0, (centre - half + up - 1) / up), last = Math.Min(input.Length - 1, (centre + half) / up);
            double sum = 0;
            for (long j = first; j <= last; j++) sum += input[j] * filter[centre - j * up + half];
            output[i] = sum;
        }

        return output;
    }

    private static double[] Design(int up, int down)
    {
        double cutOff = 1.0 / (2 * Math.Max(up, down)), transition = cutOff / 10, beta = 0.1102 * (Rejection - 8.7);
        int half = (int)Math.Ceiling((Rejection - 8) / (28.714 * transition));
        double[] taps = new double[2 * half + 1];
        for (int i = -half; i <= half; i++)
        {
            double x = 2 * Math.PI * cutOff * i, sinc = i == 0 ? 1 : Math.Sin(x) / x, edge = (double)i / half;
            taps[i + half] = sinc * Bessel.I0(beta * Math.Sqrt(1 - edge * edge));
        }

        TensorPrimitives.Multiply(taps, up / TensorPrimitives.Sum<double>(taps), taps);
        return taps;
    }
}
