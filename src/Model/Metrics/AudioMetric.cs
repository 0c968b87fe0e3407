namespace AudioBsq.Metrics;

/// <summary>One measure of <see cref="AudioQuality"/>, for tables and reports.</summary>
public sealed class AudioMetric
{
    private readonly Func<AudioQuality, double?> _value;

    private AudioMetric(string key, string name, string unit, MetricDirection better, Func<AudioQuality, double?> value) =>
        (Key, Name, Unit, Better, _value) = (key, name, unit, better, value);

    /// <summary>All of them, the most telling first.</summary>
    public static IReadOnlyList<AudioMetric> All { get; } =
    [
        new("stoi", "STOI", "", MetricDirection.Higher, quality => quality.Stoi),
        new("estoi", "ESTOI", "", MetricDirection.Higher, quality => quality.ExtendedStoi),
        new("visqol", "ViSQOL", "MOS", MetricDirection.Higher, quality => quality.Visqol),
        new("mel_mae", "Mel MAE", "dB", MetricDirection.Lower, quality => quality.MelMeanAbsoluteError),
        new("mel_mse", "Mel MSE", "dB²", MetricDirection.Lower, quality => quality.MelMeanSquaredError),
        new("lsd", "LSD", "dB", MetricDirection.Lower, quality => quality.LogSpectralDistance),
        new("mcd", "MCD", "dB", MetricDirection.Lower, quality => quality.MelCepstralDistortion),
        new("codec_mel", "Mel distance (Codec-SUPERB)", "", MetricDirection.Lower, quality => quality.CodecMelDistance),
        new("codec_stft", "STFT distance (Codec-SUPERB)", "", MetricDirection.Lower, quality => quality.CodecStftDistance),
        new("dac_mel", "Mel distance (DAC)", "", MetricDirection.Lower, quality => quality.DacMelDistance),
        new("f0_correlation", "F0 correlation", "", MetricDirection.Higher, quality => quality.PitchCorrelation),
        new("voicing_error", "Voicing error", "", MetricDirection.Lower, quality => quality.VoicingError),
        new("level", "Level", "dB", MetricDirection.NearerToZero, quality => quality.LevelDifference),
        new("snr", "SNR", "dB", MetricDirection.Higher, quality => quality.SignalToNoiseRatio),
        new("si_snr", "SI-SNR", "dB", MetricDirection.Higher, quality => quality.ScaleInvariantNoiseRatio),
        new("si_sdr", "SI-SDR", "dB", MetricDirection.Higher, quality => quality.ScaleInvariantDistortionRatio),
    ];

    /// <summary>Lower-case name with underscores, for files.</summary>
    public string Key { get; }

    /// <summary>The name that the field uses.</summary>
    public string Name { get; }

    /// <summary>Empty for measures without a unit. For the mel errors it is that of the default mel levels, decibels.</summary>
    public string Unit { get; }

    /// <summary>Which values mean better sound.</summary>
    public MetricDirection Better { get; }

    /// <summary>This measure of a clip; null where it is not defined.</summary>
    public double? Of(AudioQuality quality)
    {
        ArgumentNullException.ThrowIfNull(quality);
        return _value(quality);
    }

    /// <inheritdoc cref="Name"/>
    public override string ToString() => Name;
}
