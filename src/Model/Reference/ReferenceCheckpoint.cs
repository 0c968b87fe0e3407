using AudioBsq.Signal;

namespace AudioBsq.Reference;

/// <summary>
/// A checkpoint of the published Python version: the model of its weights, and how to read and run them. Start reading here.
/// <c>AudioBsqModel.ImportReference</c> reads its weights; docs/import.md describes how to convert a checkpoint to safetensors.
/// </summary>
/// <example>
/// <code>
/// var options = ReferenceCheckpoint.ReadConfiguration(File.ReadAllText("config.json"));
/// using var model = AudioBsqModel.ImportReference("weights.safetensors", new ReferenceCheckpoint(options));
/// </code>
/// </example>
/// <param name="Options">The model's options, usually from <see cref="ReadConfiguration"/>.</param>
public sealed record ReferenceCheckpoint(AudioBsqOptions Options)
{
    /// <summary>
    /// The model's mel spectrograms; when null, <see cref="MelOptions.Reference"/> with the bands of <see cref="Options"/>.
    /// </summary>
    public MelOptions? Mel { get; init; }

    /// <summary>
    /// The prefix of the weights' names, for instance <c>module.</c>. When null it is found in the file, which must then have only one set
    /// of weights.
    /// </summary>
    public string? Prefix { get; init; }

    /// <summary>
    /// Whether tensors that the model does not have are an error; otherwise they are ignored. A missing tensor is always an error.
    /// </summary>
    public bool Strict { get; init; } = true;

    /// <summary>
    /// Replaces <see cref="AudioBsqOptions.Compatibility"/> of the options. <see cref="Compatibility.LearnedPositions"/> is always set,
    /// since the weights have a position table.
    /// </summary>
    public Compatibility Compatibility { get; init; } = Compatibility.Reference;

    /// <summary>The model's device: auto, cpu, cuda or cuda:N.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>
    /// Reads a configuration of the published Python version: the JSON form of <c>model.params</c> in its YAML files. Missing keys get its
    /// defaults. A model with these options computes the same.
    /// </summary>
    /// <exception cref="InvalidDataException">The text is no JSON object, a key is unknown or missing, or a value is invalid.</exception>
    /// <exception cref="NotSupportedException">
    /// The configuration has a feature that never worked or is not supported; the message names it.
    /// </exception>
    public static AudioBsqOptions ReadConfiguration(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return ReferenceConfigurationReader.Parse(json);
    }

    /// <summary>
    /// Writes the configuration with which the published Python version builds such a model: the inverse of
    /// <see cref="ReadConfiguration"/>.
    /// </summary>
    public static string WriteConfiguration(AudioBsqOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return ReferenceConfigurationWriter.Write(options);
    }
}
