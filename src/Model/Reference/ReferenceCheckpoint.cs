using AudioBsq.Signal;

namespace AudioBsq.Reference;

/// <summary>
/// A checkpoint of the published Python version: what its weights are of, how they are read, and what is computed with them. Start reading here.
/// <c>AudioBsqModel.ImportReference</c> reads its weights; docs/import.md says how a checkpoint becomes a safetensors file.
/// </summary>
/// <example>
/// <code>
/// var options = ReferenceCheckpoint.ReadConfiguration(File.ReadAllText("config.json"));
/// using var model = AudioBsqModel.ImportReference("weights.safetensors", new ReferenceCheckpoint(options));
/// </code>
/// </example>
/// <param name="Options">The model, most often from <see cref="ReadConfiguration"/>.</param>
public sealed record ReferenceCheckpoint(AudioBsqOptions Options)
{
    /// <summary>The model's mel spectrograms; <see cref="MelOptions.Reference"/> with the bands of <see cref="Options"/> when null.</summary>
    public MelOptions? Mel { get; init; }

    /// <summary>
    /// What the weights' names begin with, for instance <c>module.</c>. When null, the file says so itself, if it holds one set of weights
    /// under whatever prefix; a file of several sets is refused until one is named here.
    /// </summary>
    public string? Prefix { get; init; }

    /// <summary>Refuses tensors that the model has no place for. When false they are left out. A missing tensor is an error in any case.</summary>
    public bool Strict { get; init; } = true;

    /// <summary>
    /// What the model computes with the weights, in place of the options' own. <see cref="Compatibility.LearnedPositions"/> is always set, since the
    /// table is among them.
    /// </summary>
    public Compatibility Compatibility { get; init; } = Compatibility.Reference;

    /// <summary>Where the model runs: auto, cpu, cuda or cuda:N.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>
    /// The options of a model that computes what the published Python version computes with this configuration: the JSON form of what its
    /// YAML files have under <c>model.params</c>. Its defaults fill what is left out.
    /// </summary>
    /// <exception cref="InvalidDataException">It is no JSON object, a key is unknown or missing, or a value cannot be.</exception>
    /// <exception cref="NotSupportedException">It asks for something that never worked or is not here; the message says what.</exception>
    public static AudioBsqOptions ReadConfiguration(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return ReferenceConfiguration.Parse(json);
    }

    /// <summary>The configuration with which the published Python version builds a model: what <see cref="ReadConfiguration"/> reads.</summary>
    public static string WriteConfiguration(AudioBsqOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return ReferenceConfiguration.Write(options);
    }
}
