using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AudioBsq.Metrics;

/// <summary>
/// Slaney's gammatone filters (Apple technical report 35, 1993; as in the Auditory Toolbox): 21 bands, equally spaced on the ERB scale
/// from 50 to 8,000 Hz, each of four second-order sections. A vector holds one band per lane.
/// </summary>
internal sealed class GammatoneFilterBank
{
    public const int Bands = 21;

    private const double EarQ = 9.26449, MinBandwidth = 24.7; // Glasberg and Moore 1990
    private const double Lowest = 50, Highest = 8_000;        // Hz

    private static readonly int Lanes = Vector<double>.Count, Groups = (Bands + Lanes - 1) / Lanes;

    private readonly double _period;
    // Zeros of the four sections, and their common poles.
    private readonly Vector<double>[][] _zeros = [.. Enumerable.Range(0, 4).Select(_ => new Vector<double>[Groups])];
    private readonly Vector<double>[] _first = new Vector<double>[Groups], _second = new Vector<double>[Groups];
    private readonly double[] _gains = new double[Bands];

    public GammatoneFilterBank(int sampleRate)
    {
        _period = 1.0 / sampleRate;
        double highest = Math.Min(Highest, sampleRate / 2.0), top = highest + EarQ * MinBandwidth;
        for (int band = 0; band < Bands; band++)
        {
            double steps = Bands - band;
            double centre = top * Math.Exp(steps * Math.Log((Lowest + EarQ * MinBandwidth) / top) / Bands) - EarQ * MinBandwidth;
            Design(band, 2 * Math.PI * centre * _period, 1.019 * 2 * Math.PI * (centre / EarQ + MinBandwidth) * _period);
        }
    }

    /// <summary>Root mean square of every band's output for one windowed frame, lowest band first. Filters start at rest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Measure(ReadOnlySpan<double> frame, Span<double> levels)
    {
        Vector<double> period = new(_period);
        Span<double> sums = stackalloc double[Groups * Lanes];
        for (int group = 0; group < Groups; group++)
        {
            Vector<double> a0 = _zeros[0][group], a1 = _zeros[1][group], a2 = _zeros[2][group], a3 = _zeros[3][group];
            Vector<double> b1 = _first[group], b2 = _second[group], sum = default;
            Vector<double> p0 = default, q0 = default, p1 = default, q1 = default, p2 = default, q2 = default, p3 = default, q3 = default;
            foreach (double sample in frame)
            {
                var x = new Vector<double>(sample);
                var y = x * period + p0;
                (p0, q0) = (x * a0 + q0 - b1 * y, -b2 * y);
                x = y;
                y = x * period + p1;
                (p1, q1) = (x * a1 + q1 - b1 * y, -b2 * y);
                x = y;
                y = x * period + p2;
                (p2, q2) = (x * a2 + q2 - b1 * y, -b2 * y);
                x = y;
                y = x * period + p3;
                (p3, q3) = (x * a3 + q3 - b1 * y, -b2 * y);
                sum += y * y;
            }

            sum.CopyTo(sums[(group * Lanes)..]);
        }

        for (int band = 0; band < Bands; band++) levels[band] = Math.Sqrt(sums[band] / frame.Length) / _gains[band];
    }

    // Angle and bandwidth are in radians per sample. The gain is that of the cascade at the centre of the band.
    private void Design(int band, double angle, double bandwidth)
    {
        double decay = Math.Exp(-bandwidth), near = Math.Sqrt(3 - Math.Pow(2, 1.5)), far = Math.Sqrt(3 + Math.Pow(2, 1.5));
        var (sin, cos) = Math.SinCos(angle);
        Complex turn = Complex.Exp(new Complex(0, 2 * angle)), pole = -2 * decay * decay - 2 * turn + 2 * decay * (1 + turn);
        Complex gain = 1 / Complex.Pow(pole, 4);
        double[] slopes = [far, -far, near, -near];
        for (int section = 0; section < 4; section++)
        {
            Set(_zeros[section], band, -_period * decay * (cos + slopes[section] * sin));
            gain *= 2 * _period * (-turn + decay * Complex.Exp(new Complex(0, angle)) * (cos + slopes[section] * sin));
        }

        Set(_first, band, -2 * cos * decay);
        Set(_second, band, decay * decay);
        _gains[band] = gain.Magnitude;
    }

    private static void Set(Vector<double>[] lanes, int band, double value) =>
        MemoryMarshal.Cast<Vector<double>, double>(lanes.AsSpan())[band] = value;
}
