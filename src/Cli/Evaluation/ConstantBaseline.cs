namespace AudioBsq.Cli.Evaluation;

/// <summary>
/// The errors of the best constant prediction, which any model must beat: every frame the same, each band at its median for the absolute
/// error and at its mean for the squared error. Levels are counted in narrow bins, so memory does not grow with the clips.
/// </summary>
/// <param name="bands">Bands of a frame.</param>
/// <param name="low">Level of the lowest bin, which counts what lies below it too.</param>
/// <param name="high">Level of the highest bin, which counts what lies above it too.</param>
internal sealed class ConstantBaseline(int bands, double low, double high)
{
    private const int Bins = 8192; // of 0.01 dB where levels are from -80 to 0

    private readonly int[,] _counts = new int[bands, Bins];
    private readonly double[,] _sums = new double[bands, Bins];
    private readonly double[] _squares = new double[bands];
    private long _frames;

    /// <summary>Mean absolute error of the medians, exact but for levels in the median's own bin; NaN without frames.</summary>
    public double AbsoluteError => Enumerable.Range(0, bands).Average(AbsoluteErrorOf);

    /// <summary>Mean squared error of the means, which is the average variance of a band; NaN without frames.</summary>
    public double SquaredError =>
        Enumerable.Range(0, bands).Average(band => Math.Max(0, _squares[band] / _frames - Math.Pow(SumOf(band) / _frames, 2)));

    /// <summary>Adds a clip's mel spectrogram (frames, bands).</summary>
    public void Add(ReadOnlySpan<float> mel)
    {
        for (int i = 0; i < mel.Length; i++)
        {
            int band = i % bands, bin = Math.Clamp((int)((mel[i] - low) / (high - low) * Bins), 0, Bins - 1);
            _counts[band, bin]++;
            _sums[band, bin] += mel[i];
            _squares[band] += (double)mel[i] * mel[i];
        }

        _frames += mel.Length / bands;
    }

    private double AbsoluteErrorOf(int band)
    {
        int bin = 0;
        long below = 0;
        double sumBelow = 0;
        for (; 2 * (below + _counts[band, bin]) < _frames; bin++)
        {
            below += _counts[band, bin];
            sumBelow += _sums[band, bin];
        }

        long within = _counts[band, bin], above = _frames - below - within;
        double sumWithin = _sums[band, bin], sumAbove = SumOf(band) - sumBelow - sumWithin, median = sumWithin / within;
        return (below * median - sumBelow + sumAbove - above * median) / _frames;
    }

    private double SumOf(int band)
    {
        double sum = 0;
        for (int bin = 0; bin < Bins; bin++) sum += _sums[band, bin];
        return sum;
    }
}
