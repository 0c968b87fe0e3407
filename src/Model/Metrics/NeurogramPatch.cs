namespace AudioBsq.Metrics;

/// <summary>
/// A stretch of a spectrogram with its local statistics, for the neurogram similarity index (NSIM: Hines and Harte 2012, as
/// published with ViSQOL: a 3 × 3 window, values at the edges repeated).
/// </summary>
internal sealed class NeurogramPatch
{
    private const double Intensity = 0.01 * 0.01, Structure = 0.03 * 0.03 / 2;
    private const double Corner = 0.0113033910173052, Side = 0.0838251475442633, Middle = 0.619485845753726;

    private readonly int _bands;
    private readonly double[] _values, _means, _variances;

    /// <param name="values">(frames, bands)</param>
    /// <param name="bands">Values of a frame.</param>
    public NeurogramPatch(double[] values, int bands)
    {
        (_bands, _values, _means, _variances) = (bands, values, new double[values.Length], new double[values.Length]);
        double[] squares = new double[values.Length];
        Smooth(values, _means);
        for (int i = 0; i < values.Length; i++) squares[i] = values[i] * values[i];
        Smooth(squares, _variances);
        for (int i = 0; i < values.Length; i++) _variances[i] -= _means[i] * _means[i];
    }

    /// <summary>Mean similarity over all places, 1 for equal patches.</summary>
    /// <param name="other">A patch of the same shape.</param>
    /// <param name="bandMeans">Receives the mean over frames of every band.</param>
    public double Similarity(NeurogramPatch other, Span<double> bandMeans)
    {
        int count = _values.Length, frames = count / _bands;
        Span<double> products = count <= 1024 ? stackalloc double[count] : new double[count];
        Span<double> covariances = count <= 1024 ? stackalloc double[count] : new double[count];
        for (int i = 0; i < count; i++) products[i] = _values[i] * other._values[i];
        Smooth(products, covariances);
        bandMeans.Clear();
        for (int frame = 0; frame < frames; frame++)
        {
            for (int band = 0; band < _bands; band++)
            {
                int i = frame * _bands + band;
                double x = _means[i], y = other._means[i], deviations = _variances[i] * other._variances[i]; // negative by rounding
                double intensity = (2 * x * y + Intensity) / (x * x + y * y + Intensity);
                double structure = (covariances[i] - x * y + Structure) / (deviations < 0 ? Structure : Math.Sqrt(deviations) + Structure);
                bandMeans[band] += intensity * structure;
            }
        }

        double sum = 0;
        for (int band = 0; band < _bands; band++) sum += bandMeans[band] /= frames;
        return sum / _bands;
    }

    private void Smooth(ReadOnlySpan<double> image, Span<double> smooth)
    {
        int last = image.Length / _bands - 1;
        Span<double> here = stackalloc double[_bands + 2], beside = stackalloc double[_bands + 2]; // with the repeated edges
        for (int frame = 0; frame <= last; frame++)
        {
            var before = image.Slice(Math.Max(frame - 1, 0) * _bands, _bands);
            var after = image.Slice(Math.Min(frame + 1, last) * _bands, _bands);
            image.Slice(frame * _bands, _bands).CopyTo(here[1..]);
            for (int band = 0; band < _bands; band++) beside[band + 1] = before[band] + after[band];
            (here[0], here[^1], beside[0], beside[^1]) = (here[1], here[^2], beside[1], beside[^2]);
            var row = smooth.Slice(frame * _bands, _bands);
            for (int band = 0; band < _bands; band++)
            {
                double sides = here[band] + here[band + 2] + beside[band + 1], corners = beside[band] + beside[band + 2];
                row[band] = Middle * here[band + 1] + Side * sides + Corner * corners;
            }
        }
    }
}
