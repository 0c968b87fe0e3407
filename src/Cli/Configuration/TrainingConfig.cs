using AudioBsq.MLNet;
using AudioBsq.Signal;
using AudioBsq.Training;

namespace AudioBsq.Cli.Configuration;

/// <summary>
/// A training run as a YAML file describes it: start reading here. Its keys are those of docs/configuration.md; all that is wrong
/// with a file is told at once, with file, line and the nearest key there is.
/// </summary>
/// <param name="Model">What is trained.</param>
/// <param name="Mel">What it is trained on.</param>
/// <param name="Training">How it is trained.</param>
/// <param name="Data">Which clips it sees.</param>
public sealed record TrainingConfig(AudioBsqOptions Model, MelOptions Mel, TrainingOptions Training, DataOptions Data)
{
    /// <summary>Whether <c>audiobsq train</c> writes logs for TensorBoard.</summary>
    public bool TensorBoard { get; init; } = true;

    /// <summary>How the clips of <see cref="Data"/> are read: at the mel spectrogram's rate, and for AudioSet the part of the file that is the clip.</summary>
    public AudioLoadingOptions Loading => new()
    {
        SampleRate = Mel.SampleRate,
        StartColumn = Data.Kind == DataSetKind.AudioSet ? "Start" : null,
        EndColumn = Data.Kind == DataSetKind.AudioSet ? "End" : null,
    };

    /// <summary>Reads a file, and those it extends.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overrides">What counts instead of what the file says: <c>section.key=value</c>, or <c>key=value</c> where only one section has the key.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">There are errors; the message has a line for each.</exception>
    public static TrainingConfig Load(string path, IEnumerable<string>? overrides = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no configuration '{path}'.", path);
        var errors = new ConfigErrors();
        if (ConfigFile.Read(path, errors) is not { } root) throw errors.Exception(path);
        foreach (string text in overrides ?? []) ConfigOverride.Apply(root, text, errors);
        var draft = ConfigSchema.Apply(root, errors);
        ConfigRules.Check(root, draft, errors);
        return errors.Any ? throw errors.Exception(path) : Validated(draft.Build(), path);
    }

    // The schema says the same with names and lines; what it should have missed is still refused here.
    private static TrainingConfig Validated(TrainingConfig config, string path)
    {
        try
        {
            config.Model.Validate();
            config.Mel.Validate();
            config.Training.Validate();
            return config;
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"'{path}': {e.Message}", e);
        }
    }
}
