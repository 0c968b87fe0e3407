using AudioBsq.Signal;

namespace AudioBsq.Metrics;

/// <summary>
/// The quality of one reconstructed clip, by every metric of this folder. Start reading here. A measure is null where it is not defined:
/// for silence, or a clip that is too short for it. <see cref="AudioMetric.All"/> lists them with name, unit and direction.
/// </summary>
public sealed record AudioQuality
{
    /// <summary>Length of the reference in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>Short-time objective intelligibility (Taal et al. 2011), −1 to 1 (best).</summary>
    public double? Stoi { get; init; }

    /// <summary>Extended STOI (Jensen and Taal 2016), −1 to 1 (best).</summary>
    public double? ExtendedStoi { get; init; }

    /// <summary>ViSQOL in speech mode (Chinen et al. 2020), 1 to 5 (best), at 16 kHz or the clip's own lower rate.</summary>
    public double? Visqol { get; init; }

    /// <summary>Average absolute difference of mel spectrograms, in their unit: decibels by default.</summary>
    public double? MelMeanAbsoluteError { get; init; }

    /// <summary>Average squared difference of mel spectrograms, in their unit squared.</summary>
    public double? MelMeanSquaredError { get; init; }

    /// <summary>Log-spectral distance (Gray and Markel 1976) in dB, from 0 (best).</summary>
    public double? LogSpectralDistance { get; init; }

    /// <summary>Mel-cepstral distortion (Kubichek 1993) in dB, from 0 (best).</summary>
    public double? MelCepstralDistortion { get; init; }

    /// <summary>Codec-SUPERB's mel distance (Wu et al. 2024), from 0 (best).</summary>
    public double? CodecMelDistance { get; init; }

    /// <summary>Codec-SUPERB's STFT distance (Wu et al. 2024), from 0 (best).</summary>
    public double? CodecStftDistance { get; init; }

    /// <summary>DAC's multi-scale mel distance (Kumar et al. 2023), from 0 (best).</summary>
    public double? DacMelDistance { get; init; }

    /// <summary>Correlation of the pitch in frames voiced in both, −1 to 1 (best).</summary>
    public double? PitchCorrelation { get; init; }

    /// <summary>Share of frames whose voicing differs, 0 (best) to 1.</summary>
    public double? VoicingError { get; init; }

    /// <summary>Energy beside the reference's in dB, −100 to 100: negative where the clip became quieter; 0 is best.</summary>
    public double? LevelDifference { get; init; }

    /// <summary>Signal-to-noise ratio in dB, −100 to 100 (best). Meaningless where synthesis invents phases.</summary>
    public double? SignalToNoiseRatio { get; init; }

    /// <summary>SI-SNR (Luo and Mesgarani 2018) in dB, −100 to 100 (best). Meaningless where synthesis invents phases.</summary>
    public double? ScaleInvariantNoiseRatio { get; init; }

    /// <summary>SI-SDR (Le Roux et al. 2019) in dB, −100 to 100 (best). Meaningless where synthesis invents phases.</summary>
    public double? ScaleInvariantDistortionRatio { get; init; }

    /// <summary>
    /// Measures a clip over the reference's length: a degraded waveform that ends sooner counts as silent from there on, and what it has
    /// beyond is ignored. Threads may measure different clips at a time.
    /// </summary>
    /// <param name="reference">The original, at 8 to 192 kHz.</param>
    /// <param name="degraded">Its reconstruction, at the same rate.</param>
    /// <param name="mel">How spectrograms for the mel errors are made; the defaults at the clip's rate when null.</param>
    /// <exception cref="ArgumentException">The rates differ or are out of range, or a sample is not finite.</exception>
    public static AudioQuality Measure(Waveform reference, Waveform degraded, MelOptions? mel = null)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(degraded);
        int rate = reference.SampleRate;
        CheckRate(rate, "reference.SampleRate");
        Check.That(degraded.SampleRate == rate, degraded.SampleRate, $"must be the reference's {rate} Hz", "degraded.SampleRate");
        Check.That(mel is null || mel.SampleRate == rate, mel?.SampleRate, $"must be the waveforms' {rate} Hz", "mel.SampleRate");
        Samples.Require(reference.Samples);
        Samples.Require(degraded.Samples);
        float[] original = reference.Samples, changed = new float[original.Length];
        degraded.Samples.AsSpan(0, Math.Min(changed.Length, degraded.Samples.Length)).CopyTo(changed);
        return Measure(original, changed, rate, mel ?? new MelOptions { SampleRate = rate });
    }

    /// <exception cref="ArgumentOutOfRangeException">The rate is not from 8 to 192 kHz.</exception>
    internal static void CheckRate(int rate, string name) =>
        Check.That(rate is >= Metrics.Visqol.MinRate and <= Metrics.Visqol.MaxRate, rate, "must be from 8,000 to 192,000 Hz", name);

    private static AudioQuality Measure(float[] reference, float[] degraded, int rate, MelOptions mel)
    {
        var intelligibility = Metrics.Stoi.MeasureBoth(reference, degraded, rate);
        var melError = MelError.Measure(reference, degraded, mel);
        var pitch = PitchAgreement.Measure(reference, degraded, rate);
        return new AudioQuality
        {
            Seconds = (double)reference.Length / rate,
            Stoi = intelligibility?.Plain,
            ExtendedStoi = intelligibility?.Extended,
            Visqol = SpeechQuality(reference, degraded, rate),
            MelMeanAbsoluteError = melError?.MeanAbsolute,
            MelMeanSquaredError = melError?.MeanSquared,
            LogSpectralDistance = Metrics.LogSpectralDistance.Measure(reference, degraded, rate),
            MelCepstralDistortion = Metrics.MelCepstralDistortion.Measure(reference, degraded, rate),
            CodecMelDistance = MultiScaleDistance.CodecMel(reference, degraded, rate),
            CodecStftDistance = MultiScaleDistance.CodecStft(reference, degraded),
            DacMelDistance = MultiScaleDistance.DacMel(reference, degraded, rate),
            PitchCorrelation = pitch?.Correlation,
            VoicingError = pitch?.VoicingError,
            LevelDifference = Metrics.LevelDifference.Measure(reference, degraded),
            SignalToNoiseRatio = SignalToNoise.Ratio(reference, degraded),
            ScaleInvariantNoiseRatio = SignalToNoise.ScaleInvariantNoise(reference, degraded),
            ScaleInvariantDistortionRatio = SignalToNoise.ScaleInvariantDistortion(reference, degraded),
        };
    }

    private static double? SpeechQuality(float[] reference, float[] degraded, int rate)
    {
        const int Wideband = 16_000;
        if (rate <= Wideband) return Metrics.Visqol.Measure(reference, degraded, rate);
        var resampler = new Resampler(rate, Wideband);
        return Metrics.Visqol.Measure(resampler.Process(reference), resampler.Process(degraded), Wideband);
    }
}
