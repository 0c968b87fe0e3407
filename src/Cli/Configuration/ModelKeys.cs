using AudioBsq.Networks;
using AudioBsq.Quantization;

namespace AudioBsq.Cli.Configuration;

/// <summary>Keys of the sections model, audioconfig and daudioconfig.</summary>
internal static class ModelKeys
{
    /// <summary>The section of keys for the decoder alone.</summary>
    public const string DecoderSection = "daudioconfig";

    public static IReadOnlyList<ConfigKey> All { get; } =
        [.. Quantizer(), .. Layout(), .. Network("audioconfig"), .. Network(DecoderSection)];

    private static IEnumerable<ConfigKey> Quantizer()
    {
        const string Section = "model";
        ConfigKey Of<T>(
            string name, ConfigType<T> type, string otherwise, string meaning, Func<QuantizerOptions, T, QuantizerOptions> apply) =>
            ConfigKey.Of(
                Section, name, type, otherwise, meaning, (draft, value) => draft with { Quantizer = apply(draft.Quantizer, value) });

        return
        [
            Of("quantizer", ConfigType.Choice(("bsq", QuantizerKind.BinarySpherical), ("fsq", QuantizerKind.FiniteScalar)), "bsq",
                "Binary spherical or finite scalar quantization; the keys below but embed_dim concern the former.",
                (q, v) => q with { Kind = v }),
            Of("embed_dim", ConfigType.Whole, "9", "Bits of a code, at most 62.", (q, v) => q with { Bits = v }),
            Of("embed_group_size", ConfigType.Whole, "9",
                "Bits whose joint entropy is estimated, at most 18; divides embed_dim.",
                (q, v) => q with { GroupSize = v }),
            Of("l2_norm", ConfigType.Flag, "true", "Latents are projected to the unit sphere.", (q, v) => q with { NormalizeLatent = v }),
            Of("post_q_l2_norm", ConfigType.Flag, "true",
                "Code coordinates are ±1/√bits rather than ±1.",
                (q, v) => q with { NormalizeCode = v }),
            Of("persample_entropy_compute", ConfigType.Choice(("group", EntropyEstimate.Group), ("analytical", EntropyEstimate.Analytical)),
                "group",
                "How one position's entropy is estimated.",
                (q, v) => q with { Entropy = v }),
            Of("inv_temperature", ConfigType.Number, "10",
                "Sharpness of the soft code whose entropies are taken.",
                (q, v) => q with { InverseTemperature = v }),
            Of("beta", ConfigType.Number, "0", "Weight of the commitment loss.", (q, v) => q with { CommitmentWeight = v }),
            Of("gamma0", ConfigType.Number, "1", "Weight of the entropy of each position.", (q, v) => q with { PositionEntropyWeight = v }),
            Of("gamma", ConfigType.Number, "1",
                "Weight of the entropy of the code over all positions.",
                (q, v) => q with { CodebookEntropyWeight = v }),
            Of("zeta", ConfigType.Number, "1", "Weight of both entropies together.", (q, v) => q with { EntropyWeight = v }),
        ];
    }

    private static IEnumerable<ConfigKey> Layout()
    {
        const string Section = "audioconfig";
        ConfigKey Of(string name, string otherwise, string meaning, Func<AudioBsqOptions, int, AudioBsqOptions> apply) =>
            ConfigKey.Of(
                Section, name, ConfigType.Whole, otherwise, meaning, (draft, value) => draft with { Model = apply(draft.Model, value) });

        return
        [
            ConfigKey.Of(Section, "input_size", ConfigType.Whole, "128",
                "Mel bands; the same as data.n_mels, which follows it.",
                (draft, v) => draft with { Model = draft.Model with { Bands = v }, Mel = draft.Mel with { Bands = v } }),
            Of("input_length", "1024", "Frames that the network sees at once.", (m, v) => m with { WindowFrames = v }),
            ConfigKey.Of(Section, "context_frames", ConfigType.Whole, "0",
                "Frames on either side of a window that are seen and not kept; a multiple of time_patch_size.",
                (draft, v) => draft with { Model = draft.Model with { ContextFrames = v } }),
            Of("patch_size", "16", "Frames and bands of a patch.", (m, v) => m with { PatchFrames = v, PatchBands = v }),
            Of("input_scales", "1",
                "Windows of the mel that the encoder sees, side by side: data.n_fft and the first of data.extra_windows.",
                (m, v) => m with { InputScales = v }),
            Of("time_patch_size", "patch_size", "Frames of a patch.", (m, v) => m with { PatchFrames = v }),
            Of("freq_patch_size", "patch_size", "Bands of a patch.", (m, v) => m with { PatchBands = v }),
        ];
    }

    private static IEnumerable<ConfigKey> Network(string section)
    {
        bool decoder = section == DecoderSection;
        ConfigKey Of<T>(string name, ConfigType<T> type, string otherwise, string meaning, Func<NetworkOptions, T, NetworkOptions> apply) =>
            ConfigKey.Of(
                section, name, type, decoder ? $"audioconfig.{name}" : otherwise, decoder ? "The same for the decoder alone." : meaning,
                (draft, value) => decoder
                ? draft with { Decoder = apply(draft.Decoder ?? draft.Encoder, value) }
                : draft with { Encoder = apply(draft.Encoder, value) });

        return
        [
            Of("width", ConfigType.Whole, "512", "Channels of every position; a multiple of heads.", (n, v) => n with { Width = v }),
            Of("layers", ConfigType.Whole, "6", "Transformer blocks.", (n, v) => n with { Layers = v }),
            Of("heads", ConfigType.Whole, "8", "Attention heads.", (n, v) => n with { Heads = v }),
            Of("mlp_ratio", ConfigType.Number, "4",
                "Hidden channels of the feed-forward part, as a multiple of width.",
                (n, v) => n with { MlpRatio = v }),
            Of("ls_init_value", ConfigType.Number.OrNull(), "null",
                "First value of a learned gain on each branch; null is no gain.",
                (n, v) => n with { LayerScale = v }),
            Of("drop_rate", ConfigType.Number, "0", "Dropout, from 0 to below 1.", (n, v) => n with { Dropout = v }),
            Of("attn_drop_rate", ConfigType.Number, "0", "Dropout on attention weights.", (n, v) => n with { AttentionDropout = v }),
            Of("drop_path_rate", ConfigType.Number, "0",
                "Chance that a branch is left out in training.",
                (n, v) => n with { DropPath = v }),
            Of("ln_pre", ConfigType.Flag, "true", "A layer norm before the first block.", (n, v) => n with { PreNorm = v }),
            Of("ln_post", ConfigType.Flag, "true", "A layer norm after the last block.", (n, v) => n with { PostNorm = v }),
            Of("mask_type",
                ConfigType.Choice(
                ("none", AttentionMask.None), ("causal", AttentionMask.Causal), ("block-causal", AttentionMask.BlockCausal)), "none",
                "What attention may see.",
                (n, v) => n with { Mask = v }),
            Of("past_steps", ConfigType.Whole.OrNull(), "null",
                "With a mask: time steps before its own that a patch may attend to; null is those of a window.",
                (n, v) => n with { PastSteps = v }),
            Of("use_conv_module", ConfigType.Flag, "false",
                "A Conformer convolution module in every block.",
                (n, v) => n with { UseConvModule = v }),
            Of("conv_kernel_size", ConfigType.Whole, "31", "Its taps; odd.", (n, v) => n with { ConvKernelSize = v }),
            Of("dim_ffn_output", ConfigType.Whole, "3072",
                "Hidden channels of the decoder's tanh head.",
                (n, v) => n with { HeadWidth = v }),
            Of("use_ffn_output", ConfigType.Flag, "true",
                "That head; false is a single linear layer.",
                (n, v) => v ? n : n with { HeadWidth = null }),
        ];
    }
}
