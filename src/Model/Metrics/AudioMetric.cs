namespace AudioBsq.Metrics;

/// <summary>One measure of <see cref="AudioQuality"/>, for tables and reports.</summary>
public sealed class AudioMetric
{
    private readonly Func<AudioQuality, double?> _value;

    private AudioMetric(string key, string name, string unit, bool higherIsBetter, Func<AudioQuality, double?> value) =>
        (Key, Name, Unit, HigherIsBetter, _value) = (key, name, unit, higherIsBetter, value);

    /// <summary>All of them, the most telling first.</summary>
    public static IReadOnlyList<AudioMetric> All { get; } =
    [
        new("stoi", "STOI", "", true, quality => quality.Stoi),
        new("estoi", "ESTOI", "", true, quality => quality.ExtendedStoi),
        new("visqol", "ViSQOL", "MOS", true, quality => quality.Visqol),
        new("mel_mae", "Mel MAE", "dB", false, quality => quality.MelMeanAbsoluteError),
        new("mel_mse", "Mel MSE", "dB²", false, quality => quality.MelMeanSquaredError),
        new("lsd", "LSD", "dB", false, quality => quality.LogSpectralDistance),
        new("mcd", "MCD", "dB", false, quality => quality.MelCepstralDistortion),
        new("codec_mel", "Mel distance (Codec-SUPERB)", "", false, quality => quality.CodecMelDistance),
        new("codec_stft", "STFT distance (Codec-SUPERB)", "", false, quality => quality.CodecStftDistance),
        new("dac_mel", "Mel distance (DAC)", "", false, quality => quality.DacMelDistance),
        new("f0_correlation", "F0 correlation", "", true, quality => quality.PitchCorrelation),
        new("voicing_error", "Voicing error", "", false, quality => quality.VoicingError),
        new("snr", "SNR", "dB", true, quality => quality.SignalToNoiseRatio),
        new("si_snr", "SI-SNR", "dB", true, quality => quality.ScaleInvariantNoiseRatio),
        new("si_sdr", "SI-SDR", "dB", true, quality => quality.ScaleInvariantDistortionRatio),
    ];

    /// <summary>Lower-case name with underscores, for files.</summary>
    public string Key { get; }

    /// <summary>The name that the field uses.</summary>
    public string Name { get; }

    /// <summary>Empty for measures without a unit. For the mel errors it is that of the default mel levels, decibels.</summary>
    public string Unit { get; }

    /// <summary>Whether a larger value means better sound.</summary>
    public bool HigherIsBetter { get; }

    /// <summary>This measure of a clip; null where it is not defined.</summary>
    public double? Of(AudioQuality quality)
    {
        ArgumentNullException.ThrowIfNull(quality);
        return _value(quality);
    }

    /// <inheritdoc cref="Name"/>
    public override string ToString() => Name;
}
