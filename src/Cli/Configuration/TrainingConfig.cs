using AudioBsq.MLNet;
using AudioBsq.Signal;
using AudioBsq.Training;

namespace AudioBsq.Cli.Configuration;

/// <summary>
/// The configuration of a training run, read from a YAML file: start reading here. docs/configuration.md lists the keys. All errors of a
/// file are reported at once, with file, line and key.
/// </summary>
/// <param name="Model">The model to train.</param>
/// <param name="Mel">The mel spectrograms that it is trained on.</param>
/// <param name="Training">How it is trained.</param>
/// <param name="Data">The clips that it is trained on.</param>
internal sealed record TrainingConfig(AudioBsqOptions Model, MelOptions Mel, TrainingOptions Training, DataOptions Data)
{
    /// <summary>
    /// What <c>audiobsq pretrain</c> masks and with which decoder it guesses; how it trains is in <see cref="Training"/>.
    /// </summary>
    public PretrainingOptions Pretraining { get; init; } = new();

    /// <summary>A model's file from whose weights <c>audiobsq train</c> starts; random weights when null.</summary>
    public string? InitFrom { get; init; }

    /// <summary>Whether <c>audiobsq train</c> writes logs for TensorBoard.</summary>
    public bool TensorBoard { get; init; } = true;

    /// <summary>How clips are loaded: at the rate of the mel spectrogram, and of AudioSet's files only the part that is the clip.</summary>
    public AudioLoadingOptions Loading => new()
    {
        SampleRate = Mel.SampleRate,
        StartColumn = Data.Kind == DataSetKind.AudioSet ? "Start" : null,
        EndColumn = Data.Kind == DataSetKind.AudioSet ? "End" : null,
    };

    /// <summary>Reads a configuration, and those it extends.</summary>
    /// <param name="name">A file, or the name of a configuration that this program has: see <see cref="ConfigSource"/>.</param>
    /// <param name="overrides">Keys that replace those of the file: <c>section.key=value</c>, or <c>key=value</c> where only one section
    /// has the key.</param>
    /// <param name="warn">Gets a line for each key that counts no more because another one turned its part off.</param>
    /// <exception cref="FileNotFoundException">There is no such configuration.</exception>
    /// <exception cref="InvalidDataException">There are errors; the message has a line for each.</exception>
    public static TrainingConfig Load(string name, IEnumerable<string>? overrides = null, Action<string>? warn = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        string path = ConfigSource.Find(name) ?? throw new FileNotFoundException(
            $"There is no configuration '{name}', neither a file nor one of audiobsq's own: {string.Join(", ", ConfigSource.Names)}.",
            name);
        var errors = new ConfigErrors();
        if (ConfigFile.Read(path, errors) is not { } root) throw errors.Exception(path);
        foreach (string text in overrides ?? []) ConfigOverride.Apply(root, text, errors);
        IdleKeys.Remove(root, errors);
        var given = ConfigSchema.Read(root, errors);
        var config = ConfigSchema.Apply(given).Build();
        ConfigRules.Check(root, config, errors);
        ConfigValidation.Check(given, errors);
        if (errors.Any) throw errors.Exception(path);
        foreach (string warning in errors.Warnings) warn?.Invoke(warning);
        return config;
    }
}
