using System.Numerics;
using System.Runtime.CompilerServices;
using AudioBsq.Signal.Fft;

namespace AudioBsq.Signal;

/// <summary>
/// Finds a power spectrum with given mel bands: non-negative least squares by the multiplicative updates of Lee and Seung (2001,
/// theorem 1) with a fixed bank B, s ← s · Bᵀm / BᵀBs. At most two triangles overlap, so each product costs two multiplications a bin.
/// Bins outside every band stay zero. An instance may be used by several threads at a time.
/// </summary>
internal sealed class MelInversion
{
    private const float MaxRatio = 1e3f; // a step of Match is 30 dB at most, so that what is nearly silent does not explode

    private readonly MelFilterBank _bank;
    private readonly int _iterations;
    private readonly int[] _lower;              // the lower of the two bands that contain a bin
    private readonly float[] _falling, _rising; // a bin's weight in that band and in the next one
    private readonly float[] _perBand, _perBin; // 1 / sum of a band's or a bin's weights; 0 for a bin outside every band

    public MelInversion(MelFilterBank bank, int iterations)
    {
        Check.Positive(iterations);
        (_bank, _iterations) = (bank, iterations);
        (_lower, _falling, _rising) = (new int[bank.Bins], new float[bank.Bins], new float[bank.Bins]);
        (_perBand, _perBin) = (new float[bank.Bands], new float[bank.Bins]);
        for (int band = bank.Bands - 1; band >= 0; band--)
        {
            float sum = 0;
            for (int i = 0; i < bank.Weights(band).Length; i++)
            {
                int bin = bank.FirstBin(band) + i;
                if (_falling[bin] > 0) _rising[bin] = _falling[bin];
                (_lower[bin], _falling[bin]) = (band, bank.Weights(band)[i]);
                sum += bank.Weights(band)[i];
            }

            _perBand[band] = sum > 0 ? 1 / sum : 0;
        }

        for (int bin = 0; bin < bank.Bins; bin++)
        {
            float sum = _falling[bin] + _rising[bin];
            _perBin[bin] = sum > 0 ? 1 / sum : 0;
        }
    }

    /// <summary>Mel power (frames, bands) → magnitude of the spectrum (frames, bins).</summary>
    /// <exception cref="ArgumentException">The length is not a multiple of the bands, or a value is no power.</exception>
    public float[] Invert(ReadOnlySpan<float> power)
    {
        int frames = FramesOf(power.Length, _bank.Bands, nameof(power));
        foreach (float value in power)
        {
            if (!(value >= 0 && value <= MelLevels.MaxPower)) throw new ArgumentException($"{value} is no power.", nameof(power));
        }

        float[] result = new float[checked(frames * _bank.Bins)];
        var (mel, bins, work) = (new Vector<float>[_bank.Bands], new Vector<float>[_bank.Bins], new Vector<float>[_bank.Bands]);
        for (int first = 0; first < frames; first += FrameBatch.Size)
        {
            BatchRows.Load(power, mel, first, frames);
            Invert(mel, bins, work);
            BatchRows.Store(bins, result, first, frames);
        }

        return result;
    }

    public static int FramesOf(int length, int bands, string name) => length % bands == 0
        ? length / bands
        : throw new ArgumentException($"{length:N0} values are no whole frames of {bands} bands.", name);

    /// <summary>Mel power (bands) → magnitude (bins) of one batch; <paramref name="work"/> is memory for the bands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Invert(ReadOnlySpan<Vector<float>> mel, Span<Vector<float>> bins, Span<Vector<float>> work)
    {
        for (int band = 0; band < work.Length; band++) work[band] = mel[band] * _perBand[band];
        for (int bin = 0; bin < bins.Length; bin++) bins[bin] = Transposed(work, bin) * _perBin[bin];

        // Bᵀm does not change from one iteration to the next.
        Span<Vector<float>> target = new Vector<float>[bins.Length];
        for (int bin = 0; bin < bins.Length; bin++) target[bin] = Transposed(mel, bin);
        var tiny = new Vector<float>(1e-25f);
        for (int i = 0; i < _iterations; i++)
        {
            _bank.Apply(bins, work);
            for (int bin = 0; bin < bins.Length; bin++) bins[bin] *= target[bin] / Vector.Max(Transposed(work, bin), tiny);
        }

        for (int bin = 0; bin < bins.Length; bin++) bins[bin] = Vector.SquareRoot(bins[bin]);
    }

    /// <summary>Power (bins) → mel power (bands) of one batch.</summary>
    public void Bands(ReadOnlySpan<Vector<float>> power, Span<Vector<float>> mel) => _bank.Apply(power, mel);

    /// <summary>
    /// Brings one batch of spectra (bins) nearer to mel power (bands): a bin is scaled by what its one or two bands lack, weighted as in
    /// their triangles. <paramref name="power"/> is that of its bins, <paramref name="work"/> memory for the bands.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Match(
        ReadOnlySpan<Vector<float>> mel, ReadOnlySpan<Vector<float>> power, Span<Vector<float>> re, Span<Vector<float>> im,
        Span<Vector<float>> work)
    {
        _bank.Apply(power, work);
        var (tiny, most) = (new Vector<float>(1e-25f), new Vector<float>(MaxRatio));
        for (int band = 0; band < work.Length; band++) work[band] = Vector.Min(mel[band] / Vector.Max(work[band], tiny), most);
        for (int bin = 0; bin < power.Length; bin++)
        {
            var gain = Vector.SquareRoot(Transposed(work, bin) * _perBin[bin]);
            (re[bin], im[bin]) = (re[bin] * gain, im[bin] * gain);
        }
    }

    // One bin of Bᵀx.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector<float> Transposed(ReadOnlySpan<Vector<float>> bands, int bin)
    {
        int band = _lower[bin];
        return bands[band] * _falling[bin] + bands[Math.Min(band + 1, bands.Length - 1)] * _rising[bin];
    }
}
