using System.Text.Json;
using System.Text.Json.Nodes;
using AudioBsq.Networks;
using AudioBsq.Quantization;

namespace AudioBsq.Reference;

/// <summary>Writes the model parameters of the published Python version's configuration files.</summary>
internal static class ReferenceConfigurationWriter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>
    /// The configuration of a model. The decoder always has an entry of its own, since only that may have the keys of the output head.
    /// </summary>
    /// <exception cref="NotSupportedException">The model sees several windows, which the published version does not know.</exception>
    public static string Write(AudioBsqOptions options)
    {
        RequireOneWindow(options);
        return Json(options);
    }

    /// <exception cref="NotSupportedException">The model sees several windows.</exception>
    public static void RequireOneWindow(AudioBsqOptions options)
    {
        if (options.InputScales == 1) return;
        throw new NotSupportedException(
            $"The published version has no model that sees {options.InputScales} windows: export one with InputScales 1.");
    }

    private static string Json(AudioBsqOptions options) => new JsonObject
    {
        ["embed_dim"] = options.Quantizer.Bits,
        ["embed_group_size"] = options.Quantizer.GroupSize,
        ["l2_norm"] = options.Quantizer.NormalizeLatent,
        ["post_q_l2_norm"] = options.Quantizer.NormalizeCode,
        ["persample_entropy_compute"] = options.Quantizer.Entropy == EntropyEstimate.Group ? "group" : "analytical",
        ["inv_temperature"] = options.Quantizer.InverseTemperature,
        ["beta"] = options.Quantizer.CommitmentWeight,
        ["gamma0"] = options.Quantizer.PositionEntropyWeight,
        ["gamma"] = options.Quantizer.CodebookEntropyWeight,
        ["zeta"] = options.Quantizer.EntropyWeight,
        ["clamp_range"] = new JsonArray(options.MinLevel, options.MaxLevel),
        ["audioconfig"] = Network(options, options.Encoder, isDecoder: false),
        ["daudioconfig"] = Network(options, options.EffectiveDecoder, isDecoder: true),
    }.ToJsonString(Indented);

    private static JsonObject Network(AudioBsqOptions options, NetworkOptions network, bool isDecoder)
    {
        var config = new JsonObject
        {
            ["input_size"] = options.Bands,
            ["input_length"] = options.WindowFrames,
            ["time_patch_size"] = options.PatchFrames,
            ["freq_patch_size"] = options.PatchBands,
            ["width"] = network.Width,
            ["layers"] = network.Layers,
            ["heads"] = network.Heads,
            ["mlp_ratio"] = network.MlpRatio,
            ["ls_init_value"] = network.LayerScale,
            ["drop_rate"] = network.Dropout,
            ["attn_drop_rate"] = network.AttentionDropout,
            ["drop_path_rate"] = network.DropPath,
            ["ln_pre"] = network.PreNorm,
            ["ln_post"] = network.PostNorm,
            ["mask_type"] = network.Mask switch
            {
                AttentionMask.Causal => "causal",
                AttentionMask.BlockCausal => "block-causal",
                _ => "none",
            },
            ["use_conv_module"] = network.UseConvModule,
            ["conv_kernel_size"] = network.ConvKernelSize,
        };
        if (network.Mask == AttentionMask.BlockCausal) config["mask_block_size"] = options.PatchesPerStep;
        if (!isDecoder) return config;
        config["use_ffn_output"] = network.HeadWidth is not null;
        if (network.HeadWidth is { } width) config["dim_ffn_output"] = width;
        return config;
    }
}
