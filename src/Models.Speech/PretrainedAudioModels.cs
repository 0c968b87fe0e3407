namespace AudioBsq.MLNet;

/// <summary>
/// The trained models of this package. docs/models.md says what they were trained on, how good they are, and at what they fail.
/// </summary>
public static class PretrainedAudioModels
{
    /// <summary>Speech at 450 bit/s: 50 tokens of 9 bits a second.</summary>
    public static PretrainedAudioModel Speech450 { get; } = Named("speech450");

    /// <summary>Speech at 900 bit/s: 50 tokens of 18 bits a second.</summary>
    public static PretrainedAudioModel Speech900 { get; } = Named("speech900");

    /// <summary>
    /// Speech at 900 bit/s for live sound: network and vocoder look back only, so a stream's tokens come 72 ms at most after the beginning
    /// of their 40 ms, and its sound 32 ms after these.
    /// </summary>
    public static PretrainedAudioModel Speech900Causal { get; } = Named("speech900-causal");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PretrainedAudioModel> All { get; } = [Speech450, Speech900, Speech900Causal];

    /// <summary>The model of a name, such as speech900; null where there is none.</summary>
    public static PretrainedAudioModel? Find(string name) => All.FirstOrDefault(model => model.Name == name);

    // Rounds of Griffin-Lim that gain STOI .02 to .03; more gain next to nothing.
    private static PretrainedAudioModel Named(string name) =>
        new(name, () => Open($"{name}.safetensors"), () => Open($"{name}-vocoder.safetensors"), refinementIterations: 32);

    private static Stream Open(string file) => typeof(PretrainedAudioModels).Assembly.GetManifestResourceStream(file)
        ?? throw new FileNotFoundException($"This build of AudioBsq.MLNet.Models.Speech lacks the weights '{file}'.", file);
}
