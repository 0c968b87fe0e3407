using System.Text.Json;
using AudioBsq.Networks;
using AudioBsq.Quantization;

namespace AudioBsq.Reference;

/// <summary>Reads the model parameters of the published Python version's configuration files, with its defaults.</summary>
internal static class ReferenceConfigurationReader
{
    // The keys of the last line do not change what a model computes.
    private static readonly string[] ModelKeys =
    [
        "audioconfig", "daudioconfig", "embed_dim", "embed_group_size", "l2_norm", "post_q_l2_norm", "persample_entropy_compute",
        "beta", "gamma0", "gamma", "zeta", "inv_temperature", "clamp_range", "logit_laplace",
        "batch", "cb_entropy_compute", "ckpt_path", "ignore_keys", "grad_checkpointing", "selective_checkpointing",
    ];

    private static readonly string[] NetworkKeys =
    [
        "input_size", "input_length", "patch_size", "time_patch_size", "freq_patch_size", "width", "layers", "heads", "mlp_ratio",
        "ls_init_value", "drop_rate", "attn_drop_rate", "drop_path_rate", "ln_pre", "ln_post", "act_layer", "norm_layer",
        "mask_type", "mask_block_size", "use_conv_module", "conv_kernel_size", "use_ffn_output", "dim_ffn_output",
    ];

    /// <summary><see cref="ToOptions"/> of a JSON text, with validation.</summary>
    public static AudioBsqOptions Parse(string json)
    {
        try
        {
            using var config = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var options = ToOptions(config.RootElement);
            options.Validate();
            return options;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The model's configuration is no JSON object: {e.Message}", e);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"The model's configuration is invalid: {e.Message}", e);
        }
    }

    /// <summary>The options of a model that computes what the published version computes with this configuration.</summary>
    /// <exception cref="InvalidDataException">A key is unknown, missing, or has a value of another kind.</exception>
    /// <exception cref="NotSupportedException">The configuration has a feature that never worked or is not supported.</exception>
    public static AudioBsqOptions ToOptions(JsonElement config)
    {
        try
        {
            return Read(config);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"The model's configuration has a value of the wrong kind: {e.Message}", e);
        }
    }

    private static AudioBsqOptions Read(JsonElement config)
    {
        if (Get(config, "n_embed") is not null)
        {
            throw new NotSupportedException(
                "The configuration has n_embed, a learned codebook (AudioVQModel). Vector quantization is not supported.");
        }

        RequireKnown(config, ModelKeys, "The model's configuration");
        if (Flag(config, "logit_laplace", false))
            throw new NotSupportedException("logit_laplace has never worked for audio and is not supported; leave it out.");
        var encoder = Get(config, "audioconfig") ?? throw new InvalidDataException("The model's configuration has no audioconfig.");
        var decoder = Get(config, "daudioconfig");
        var layout = Layout(encoder);
        if (decoder is { } second && Layout(second) != layout)
            throw new NotSupportedException("audioconfig and daudioconfig differ in input or patch sizes; they must agree.");

        int rows = layout.PatchBands > 0 ? layout.Bands / layout.PatchBands : 0; // Validate rejects a patch without bands
        float[] range = Get(config, "clamp_range") is { } clamp ? [.. clamp.EnumerateArray().Select(x => x.GetSingle())] : [-80, 0];
        if (range.Length != 2) throw new InvalidDataException($"clamp_range has {range.Length} entries; it must have 2.");
        return new AudioBsqOptions
        {
            WindowFrames = layout.Frames,
            Bands = layout.Bands,
            PatchFrames = layout.PatchFrames,
            PatchBands = layout.PatchBands,
            MinLevel = range[0],
            MaxLevel = range[1],
            Encoder = Network(encoder, rows),
            Decoder = decoder is { } given ? Network(given, rows) : null,
            Quantizer = Quantizer(config),
            Compatibility = Compatibility.Reference,
        };
    }

    private static (int Frames, int Bands, int PatchFrames, int PatchBands) Layout(JsonElement network)
    {
        int patch = Integer(network, "patch_size", 16);
        return (Integer(network, "input_length", 1024), Integer(network, "input_size", 128),
            Integer(network, "time_patch_size", patch), Integer(network, "freq_patch_size", patch));
    }

    private static NetworkOptions Network(JsonElement network, int patchesPerStep)
    {
        RequireKnown(network, NetworkKeys, "audioconfig or daudioconfig");
        if (!Text(network, "act_layer", "gelu").Equals("gelu", StringComparison.OrdinalIgnoreCase))
            throw new NotSupportedException("act_layer must be 'gelu'.");
        if (!Text(network, "norm_layer", "layer_norm").Equals("layer_norm", StringComparison.OrdinalIgnoreCase))
            throw new NotSupportedException("norm_layer must be 'layer_norm'.");
        return new NetworkOptions
        {
            Width = Integer(network, "width", 768),
            Layers = Integer(network, "layers", 12),
            Heads = Integer(network, "heads", 12),
            MlpRatio = Double(network, "mlp_ratio", 4),
            LayerScale = Get(network, "ls_init_value")?.GetDouble(),
            Dropout = Double(network, "drop_rate", 0),
            AttentionDropout = Double(network, "attn_drop_rate", 0),
            DropPath = Double(network, "drop_path_rate", 0),
            PreNorm = Flag(network, "ln_pre", true),
            PostNorm = Flag(network, "ln_post", true),
            Mask = Mask(network, patchesPerStep),
            UseConvModule = Flag(network, "use_conv_module", false),
            ConvKernelSize = Integer(network, "conv_kernel_size", 31),
            HeadWidth = Flag(network, "use_ffn_output", true) ? Integer(network, "dim_ffn_output", 3072) : null,
        };
    }

    private static AttentionMask Mask(JsonElement network, int patchesPerStep)
    {
        int block = Integer(network, "mask_block_size", -1);
        return Text(network, "mask_type", "none") switch
        {
            "none" => AttentionMask.None,
            "causal" => AttentionMask.Causal,
            "block-causal" when block <= 0 => AttentionMask.None, // one block that has everything
            "block-causal" when block == patchesPerStep => AttentionMask.BlockCausal,
            "block-causal" => throw new NotSupportedException(
                $"mask_block_size is {block}; only one time step, {patchesPerStep}, is supported."),
            var other => throw new NotSupportedException($"mask_type is '{other}'; none, causal and block-causal are supported."),
        };
    }

    private static QuantizerOptions Quantizer(JsonElement config) => new()
    {
        Bits = Get(config, "embed_dim")?.GetInt32() ?? throw new InvalidDataException("The model's configuration has no embed_dim."),
        GroupSize = Integer(config, "embed_group_size", 9),
        NormalizeLatent = Flag(config, "l2_norm", false),
        NormalizeCode = Flag(config, "post_q_l2_norm", false),
        Entropy = Text(config, "persample_entropy_compute", "group") switch
        {
            "group" => EntropyEstimate.Group,
            "analytical" => EntropyEstimate.Analytical,
            var other => throw new NotSupportedException($"persample_entropy_compute is '{other}'; group and analytical are supported."),
        },
        InverseTemperature = Double(config, "inv_temperature", 1),
        CommitmentWeight = Double(config, "beta", 0),
        PositionEntropyWeight = Double(config, "gamma0", 1),
        CodebookEntropyWeight = Double(config, "gamma", 1),
        EntropyWeight = Double(config, "zeta", 1),
    };

    private static void RequireKnown(JsonElement element, string[] keys, string what)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (!keys.Contains(property.Name)) throw new InvalidDataException($"{what} has an unknown key '{property.Name}'.");
        }
    }

    private static JsonElement? Get(JsonElement element, string key) =>
        element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static int Integer(JsonElement element, string key, int otherwise) => Get(element, key)?.GetInt32() ?? otherwise;

    private static double Double(JsonElement element, string key, double otherwise) => Get(element, key)?.GetDouble() ?? otherwise;

    private static bool Flag(JsonElement element, string key, bool otherwise) => Get(element, key)?.GetBoolean() ?? otherwise;

    private static string Text(JsonElement element, string key, string otherwise) => Get(element, key)?.GetString() ?? otherwise;
}
