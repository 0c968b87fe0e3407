using System.Numerics;
using System.Runtime.CompilerServices;

namespace AudioBsq.Signal;

/// <summary>
/// Triangular filters, equally spaced in mel, that sum the bins of a spectrum into bands. A band stores only the bins inside its
/// triangle. A triangle narrower than the distance of two bins may contain none; such a band is always silent.
/// </summary>
internal sealed class MelFilterBank
{
    private readonly int[] _first;
    private readonly float[][] _weights;

    /// <summary>The bank that the options describe.</summary>
    public MelFilterBank(MelOptions options)
        : this(
            Validated(options).FftLength, options.SampleRate, options.Bands, options.Scale, options.Norm, options.MinFrequency,
            options.UpperFrequency)
    {
    }

    public MelFilterBank(int fftLength, int sampleRate, int bands, MelScale scale, MelNorm norm, double lowest, double highest)
    {
        Bins = fftLength / 2 + 1;
        (_first, _weights) = (new int[bands], new float[bands][]);
        double low = ToMel(lowest, scale), step = (ToMel(highest, scale) - low) / (bands + 1);
        double[] corners = [.. Enumerable.Range(0, bands + 2).Select(i => ToHertz(low + i * step, scale))];
        (corners[0], corners[^1]) = (lowest, highest); // exactly 8,000 and not 8,000.000000000002, which would include one more bin
        for (int band = 0; band < bands; band++)
        {
            var (left, peak, right) = (corners[band], corners[band + 1], corners[band + 2]);
            double height = norm == MelNorm.Slaney ? 2 / (right - left) : 1;
            var weights = new List<float>();
            int first = Math.Clamp((int)Math.Floor(left * fftLength / sampleRate), 0, Bins - 1);
            for (int bin = first; bin < Bins; bin++)
            {
                double hertz = (double)bin * sampleRate / fftLength;
                if (hertz >= right) break;
                double weight = Math.Min((hertz - left) / (peak - left), (right - hertz) / (right - peak));
                if (weight > 0) weights.Add((float)(weight * height));
                else if (weights.Count == 0) first = bin + 1;
            }

            (_first[band], _weights[band]) = (weights.Count == 0 ? 0 : first, [.. weights]);
        }
    }

    /// <summary>Mel bands.</summary>
    public int Bands => _weights.Length;

    /// <summary>Bins of the spectrum: half the transform's length, plus one.</summary>
    public int Bins { get; }

    /// <summary>The first bin inside a band's triangle.</summary>
    public int FirstBin(int band) => _first[band];

    /// <summary>Weights of the bins inside a band's triangle, from <see cref="FirstBin"/> on.</summary>
    public ReadOnlySpan<float> Weights(int band) => _weights[band];

    /// <summary>All weights as one matrix (bins, bands).</summary>
    public float[] ToDense()
    {
        float[] dense = new float[Bins * Bands];
        for (int band = 0; band < Bands; band++)
        {
            for (int i = 0; i < _weights[band].Length; i++) dense[(_first[band] + i) * Bands + band] = _weights[band][i];
        }

        return dense;
    }

    /// <summary>Power (bins) → power (bands) of one batch, a frame per lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply(ReadOnlySpan<Vector<float>> bins, Span<Vector<float>> bands)
    {
        for (int band = 0; band < bands.Length; band++)
        {
            float[] weights = _weights[band];
            var inside = bins.Slice(_first[band], weights.Length);
            var sum = Vector<float>.Zero;
            for (int i = 0; i < weights.Length; i++) sum += inside[i] * weights[i];
            bands[band] = sum;
        }
    }

    private static MelOptions Validated(MelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return options;
    }

    // Slaney's scale: 200/3 Hz per mel up to 1 kHz, from there 27 mels for every factor of 6.4.
    internal static double ToMel(double hertz, MelScale scale) => scale switch
    {
        MelScale.Htk => 2595 * Math.Log10(1 + hertz / 700),
        _ => hertz < 1000 ? hertz * 3 / 200 : 15 + 27 * Math.Log(hertz / 1000) / Math.Log(6.4),
    };

    internal static double ToHertz(double mel, MelScale scale) => scale switch
    {
        MelScale.Htk => 700 * (Math.Pow(10, mel / 2595) - 1),
        _ => mel < 15 ? mel * 200 / 3 : 1000 * Math.Pow(6.4, (mel - 15) / 27),
    };
}
