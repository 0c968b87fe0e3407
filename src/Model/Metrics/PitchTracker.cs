using System.Numerics.Tensors;

namespace AudioBsq.Metrics;

/// <summary>
/// The fundamental frequency of a voice by YIN (de Cheveigné and Kawahara 2002, steps 1 to 5): difference function over 32 ms, normalised
/// by its cumulative mean, the first dip below 0.15, refined by a parabola; every 10 ms, from 60 to 500 Hz.
/// </summary>
/// <remarks>A frame without such a dip is unvoiced. Independent of loudness. Frames are not smoothed, so octave errors remain.</remarks>
internal sealed class PitchTracker
{
    /// <summary>The lowest pitch, in Hz.</summary>
    public const double MinPitch = 60;

    /// <summary>The highest pitch, in Hz.</summary>
    public const double MaxPitch = 500;

    /// <summary>The lowest allowed sample rate, in Hz.</summary>
    public const int MinRate = 4_000;

    private const double Threshold = 0.15, WindowSeconds = 0.032, HopSeconds = 0.01;

    private readonly int _window, _shortest, _longest, _rate;

    /// <param name="sampleRate">Sample rate of the waveforms, in Hz.</param>
    public PitchTracker(int sampleRate)
    {
        Check.That(sampleRate is >= MinRate and <= Stoi.MaxRate, sampleRate, "must be from 4,000 to 192,000 Hz");
        (_rate, Hop, _window) = (sampleRate, (int)Math.Round(HopSeconds * sampleRate), (int)Math.Round(WindowSeconds * sampleRate));
        (_shortest, _longest) = ((int)(sampleRate / MaxPitch), (int)Math.Ceiling(sampleRate / MinPitch));
    }

    /// <summary>Samples from one frame's start to the next.</summary>
    public int Hop { get; }

    /// <summary>Pitch of every frame in Hz, 0 where unvoiced. A waveform shorter than a frame (49 ms) has none.</summary>
    /// <exception cref="ArgumentException">A sample is not finite.</exception>
    public double[] Track(ReadOnlySpan<float> waveform)
    {
        Signal.Samples.Require(waveform);
        int needed = _window + _longest + 1;
        double[] pitch = new double[waveform.Length < needed ? 0 : 1 + (waveform.Length - needed) / Hop];
        double[] dips = new double[_longest + 2];
        for (int frame = 0; frame < pitch.Length; frame++) pitch[frame] = PitchOf(waveform.Slice(frame * Hop, needed), dips);
        return pitch;
    }

    private double PitchOf(ReadOnlySpan<float> samples, double[] dips)
    {
        double total = 0;
        dips[0] = 1;
        for (int lag = 1; lag <= _longest + 1; lag++)
        {
            float distance = TensorPrimitives.Distance(samples[.._window], samples.Slice(lag, _window));
            double difference = (double)distance * distance;
            total += difference;
            dips[lag] = total == 0 ? 1 : difference * lag / total;
        }

        for (int lag = _shortest; lag <= _longest; lag++)
        {
            if (dips[lag] >= Threshold) continue;
            while (lag < _longest && dips[lag + 1] < dips[lag]) lag++;
            return _rate / (lag + Offset(dips[lag - 1], dips[lag], dips[lag + 1]));
        }

        return 0;
    }

    // Where the parabola through three neighbours is lowest.
    private static double Offset(double before, double here, double after)
    {
        double curvature = before - 2 * here + after;
        return curvature <= 0 ? 0 : Math.Clamp((before - after) / (2 * curvature), -0.5, 0.5);
    }
}
