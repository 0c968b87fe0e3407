using System.Collections.Concurrent;
using System.Numerics;
using System.Numerics.Tensors;

namespace AudioBsq.Signal;

/// <summary>
/// A windowed sinc as a polyphase filter: one row of taps for every position of an output sample between two input samples. Pairs of
/// rates with too many such positions (44,100 and 16,001 have 16,001) share 2,048 rows per output sample period and interpolate
/// between neighbouring rows, with an error of 1e-7 of the largest tap.
/// </summary>
internal sealed class PolyphaseFilter
{
    private const int MaxTaps = 1 << 20;   // 4 MB
    private const int SharedPhases = 2048;
    private const int MaxCached = 16;

    private static readonly ConcurrentDictionary<(int Up, int Down, ResamplingFilter Kind), PolyphaseFilter> Cache = new();

    private readonly int _up, _down, _half, _phases;
    private readonly bool _interpolates;
    private readonly float[] _taps; // (phases, 2·half), with one more row when interpolating

    private PolyphaseFilter(int up, int down, ResamplingFilter kind)
    {
        (_up, _down) = (up, down);
        var (rollOff, zeros) = kind == ResamplingFilter.Kaiser ? (0.95, 64) : (0.99, 6);
        double cutOff = rollOff * Math.Min(1, (double)up / down); // 1 is half the input rate
        _half = (int)Math.Ceiling(zeros / cutOff);
        _interpolates = (long)up * 2 * _half > MaxTaps;
        _phases = _interpolates ? (int)Math.Ceiling(SharedPhases * cutOff) : up;
        double[] offsets = _interpolates
            ? [.. Enumerable.Range(0, _phases + 1).Select(row => (double)row / _phases)]
            : Offsets(up, down, kind);
        _taps = new float[offsets.Length * 2 * _half];
        for (int i = 0; i < offsets.Length; i++)
        {
            var row = _taps.AsSpan(i * 2 * _half, 2 * _half);
            if (kind == ResamplingFilter.Kaiser) FillKaiser(row, offsets[i], cutOff);
            else FillHann(row, offsets[i], cutOff, zeros);
        }
    }

    /// <summary>The filter for a pair of rates, from a small cache where it was designed before.</summary>
    public static PolyphaseFilter For(int fromRate, int toRate, ResamplingFilter kind)
    {
        int divisor = (int)BigInteger.GreatestCommonDivisor(fromRate, toRate);
        if (Cache.Count >= MaxCached) Cache.Clear();
        return Cache.GetOrAdd((toRate / divisor, fromRate / divisor, kind), key => new PolyphaseFilter(key.Up, key.Down, key.Kind));
    }

    /// <summary>Input samples after its own time that an output sample depends on; it depends on one less before it.</summary>
    public int Reach => _half;

    /// <summary>The input sample under the first tap of an output sample, negative before the waveform, and the phase.</summary>
    public (long First, int Phase) PlaceOf(long output)
    {
        var (periods, left) = Math.DivRem(output, _up);
        var (whole, phase) = Math.DivRem(left * _down, _up);
        return (periods * _down + whole + 1 - _half, (int)phase);
    }

    /// <summary>
    /// Fills the output, whose first sample has index <paramref name="firstOutput"/>, from input whose first sample has index
    /// <paramref name="start"/>, which is 0 or that under the first tap. Input beyond its ends counts as 0.
    /// </summary>
    public void Run(ReadOnlySpan<float> input, Span<float> output, long start = 0, long firstOutput = 0)
    {
        var (first, phase) = PlaceOf(firstOutput);
        first -= start;
        int whole = _down / _up, rest = _down % _up;
        for (int i = 0; i < output.Length; i++)
        {
            int skip = (int)Math.Max(0, -first);
            int count = (int)Math.Min(2 * _half, input.Length - first) - skip;
            if (count > 0) output[i] = Tap(input.Slice((int)first + skip, count), phase, skip);
            first += whole;
            phase += rest;
            if (phase >= _up) (phase, first) = (phase - _up, first + 1);
        }
    }

    private float Tap(ReadOnlySpan<float> window, int phase, int skip)
    {
        if (!_interpolates) return Dot(window, phase, skip);
        double position = (double)phase / _up * _phases;
        int row = (int)position;
        float share = (float)(position - row);
        return (1 - share) * Dot(window, row, skip) + share * Dot(window, row + 1, skip);
    }

    private float Dot(ReadOnlySpan<float> window, int row, int skip) =>
        TensorPrimitives.Dot(window, _taps.AsSpan(row * 2 * _half + skip, window.Length));

    // Kaiser and Schafer 1980. Every row sums to one, so that a constant waveform stays exactly as it is.
    private void FillKaiser(Span<float> row, double offset, double cutOff)
    {
        const double Beta = 10.06; // 100 dB
        double[] exact = new double[row.Length];
        for (int k = 0; k < exact.Length; k++)
        {
            double t = k + 1 - _half - offset, u = t / _half;
            exact[k] = Math.Abs(u) >= 1 ? 0 : Sinc(cutOff * t) * Bessel.I0(Beta * Math.Sqrt(1 - u * u));
        }

        double sum = exact.Sum();
        for (int k = 0; k < exact.Length; k++) row[k] = (float)(exact[k] / sum);
    }

    private void FillHann(Span<float> row, double offset, double cutOff, int zeros)
    {
        for (int k = 0; k < row.Length; k++)
        {
            double u = cutOff * (k + 1 - _half - offset);
            double window = Math.Abs(u) >= zeros ? 0 : Math.Pow(Math.Cos(Math.PI * u / (2 * zeros)), 2);
            row[k] = (float)(cutOff * Sinc(u) * window);
        }
    }

    // The position of output sample j between two input samples, at index (j·down) mod up, for every j before the pattern repeats.
    // The reference rounds j / up to single precision, and so its taps need the same.
    private static double[] Offsets(int up, int down, ResamplingFilter kind)
    {
        double[] offsets = new double[up];
        for (int j = 0; j < up; j++)
        {
            var (whole, rest) = Math.DivRem((long)j * down, up);
            offsets[rest] = kind == ResamplingFilter.Hann ? (double)((float)j / up) * down - whole : (double)rest / up;
        }

        return offsets;
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
}
