using AudioBsq.Training;

namespace AudioBsq.Cli.Configuration;

/// <summary>Keys of the section pretraining, for <c>audiobsq pretrain</c>.</summary>
internal static class PretrainingKeys
{
    private static readonly ConfigType<PatchMask> Masks = ConfigType.Choice(
        ("unstructured", PatchMask.Unstructured),
        ("time", PatchMask.Time),
        ("frequency", PatchMask.Frequency),
        ("time_and_frequency", PatchMask.TimeAndFrequency));

    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        Of("mask_ratio", ConfigType.Number, "0.8", "Part of the patches that is masked.", (p, v) => p with { MaskRatio = v }),
        Of("mask", Masks, "unstructured",
            "Any patches, whole time steps, whole rows of patches, or both of these.",
            (p, v) => p with { Mask = v }),
        Of("normalize_patches", ConfigType.Flag, "true",
            "Guesses each patch after its mean was subtracted and it was divided by its standard deviation.",
            (p, v) => p with { NormalizePatches = v }),
        Of("decoder_width", ConfigType.Whole, "128",
            "Channels of the decoder that guesses masked patches.",
            (p, v) => p with { Decoder = p.Decoder with { Width = v } }),
        Of("decoder_layers", ConfigType.Whole, "2", "Its blocks.", (p, v) => p with { Decoder = p.Decoder with { Layers = v } }),
        Of("decoder_heads", ConfigType.Whole, "4", "Its attention heads.", (p, v) => p with { Decoder = p.Decoder with { Heads = v } }),
        Of("attention_frames", ConfigType.Whole.OrNull(), "64",
            "How far its patches attend, in frames before and after; null is any distance.",
            (p, v) => p with { Decoder = p.Decoder with { AttentionFrames = v } }),
        Of("attention_bands", ConfigType.Whole.OrNull(), "64",
            "The same in bands below and above.",
            (p, v) => p with { Decoder = p.Decoder with { AttentionBands = v } }),
    ];

    private static ConfigKey Of<T>(
        string name, ConfigType<T> type, string otherwise, string meaning, Func<PretrainingOptions, T, PretrainingOptions> apply) =>
        ConfigKey.Of(
            "pretraining", name, type, otherwise, meaning, (draft, value) => draft with { Pretraining = apply(draft.Pretraining, value) });
}
