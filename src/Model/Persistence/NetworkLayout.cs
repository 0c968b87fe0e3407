using AudioBsq.Networks;
using AudioBsq.Quantization;
using Entry = (string Name, AudioBsq.Persistence.SafetensorsType Type, System.Collections.Generic.IReadOnlyList<long> Shape);

namespace AudioBsq.Persistence;

/// <summary>
/// Names and shapes of all tensors that a file has of a network, by arithmetic alone: they are compared with a file's header before memory
/// is allocated. The names are the published Python version's.
/// </summary>
internal sealed class NetworkLayout
{
    private const int MaxBlocks = 1000; // options from a file may be absurd

    private readonly AudioBsqOptions _options;
    private readonly List<Entry> _entries = [];

    private NetworkLayout(AudioBsqOptions options) => _options = options;

    /// <exception cref="InvalidDataException">There are more blocks than a file may have.</exception>
    public static IReadOnlyList<Entry> Of(AudioBsqOptions options, ModelParts parts = ModelParts.All)
    {
        int blocks = Math.Max(options.Encoder.Layers, options.EffectiveDecoder.Layers);
        if (blocks > MaxBlocks)
            throw new InvalidDataException($"The options ask for {blocks:N0} blocks; up to {MaxBlocks:N0} can be read from a file.");
        var layout = new NetworkLayout(options);
        if (parts.HasFlag(ModelParts.Encoder)) layout.AddEncoder();
        if (parts.HasFlag(ModelParts.Decoder)) layout.AddDecoder();
        return layout._entries;
    }

    /// <summary>
    /// Number of weights that training changes: all values except batch statistics. A double, since options from a file may be absurd.
    /// </summary>
    /// <exception cref="InvalidDataException">As for <see cref="Of"/>.</exception>
    public static double Parameters(AudioBsqOptions options, ModelParts parts = ModelParts.All) => Of(options, parts)
        .Where(entry => entry.Type == SafetensorsType.F32 && !entry.Name.Contains(".running_", StringComparison.Ordinal))
        .Sum(entry => entry.Shape.Aggregate(1.0, (count, dimension) => count * dimension));

    private long Patch => (long)_options.PatchFrames * _options.PatchBands;

    private void AddEncoder()
    {
        (var network, var quantizer) = (_options.Encoder, _options.Quantizer);
        AddLinear("encoder.patch_embed", Patch * _options.InputScales, network.Width, bias: !network.PreNorm);
        AddStack("encoder", network);
        AddLinear("quant_embed", network.Width, quantizer.Dimension);
        if (quantizer.Kind != QuantizerKind.BinarySpherical) return;
        _entries.Add(("quantize.basis", SafetensorsType.I64, [quantizer.Bits]));
        _entries.Add(("quantize.group_basis", SafetensorsType.I64, [quantizer.GroupSize]));
    }

    private void AddDecoder()
    {
        var network = _options.EffectiveDecoder;
        AddLinear("post_quant_embed", _options.Quantizer.Dimension, network.Width);
        AddStack("decoder", network);
        if (network.HeadWidth is { } head) AddLinear("decoder.ffn.0", network.Width, head);
        AddLinear("decoder.conv_out", network.HeadWidth ?? network.Width, Patch);
    }

    private void AddStack(string name, NetworkOptions network)
    {
        Add($"{name}.positional_embedding", _options.PositionVectors, network.Width);
        if (network.PreNorm) AddNorm($"{name}.ln_pre", network.Width);
        for (int i = 0; i < network.Layers; i++) AddBlock($"{name}.transformer.resblocks.{i}", network);
        if (network.PostNorm) AddNorm($"{name}.ln_post", network.Width);
    }

    private void AddBlock(string name, NetworkOptions network)
    {
        long width = network.Width, hidden = (long)(network.Width * network.MlpRatio);
        AddNorm($"{name}.ln_1", width);
        Add($"{name}.attn.in_proj_weight", 3 * width, width);
        Add($"{name}.attn.in_proj_bias", 3 * width);
        AddLinear($"{name}.attn.out_proj", width, width);
        AddGain($"{name}.ls_1", network);
        if (network.UseConvModule)
        {
            AddNorm($"{name}.ln_conv", width);
            AddConvModule($"{name}.conv_module", width, network.ConvKernelSize);
            AddGain($"{name}.ls_conv", network);
        }

        AddNorm($"{name}.ln_2", width);
        AddLinear($"{name}.mlp.c_fc", width, hidden);
        AddLinear($"{name}.mlp.c_proj", hidden, width);
        AddGain($"{name}.ls_2", network);
    }

    private void AddConvModule(string name, long width, long taps)
    {
        AddNorm($"{name}.layer_norm", width);
        AddConvolution($"{name}.pointwise_conv1", 2 * width, width, 1);
        AddConvolution($"{name}.depthwise_conv", width, 1, taps);
        AddNorm($"{name}.batch_norm", width);
        Add($"{name}.batch_norm.running_mean", width);
        Add($"{name}.batch_norm.running_var", width);
        _entries.Add(($"{name}.batch_norm.num_batches_tracked", SafetensorsType.I64, []));
        AddConvolution($"{name}.pointwise_conv2", width, width, 1);
    }

    private void AddGain(string name, NetworkOptions network)
    {
        if (network.LayerScale is not null) Add($"{name}.gamma", network.Width);
    }

    private void AddNorm(string name, long width)
    {
        Add($"{name}.weight", width);
        Add($"{name}.bias", width);
    }

    private void AddLinear(string name, long from, long to, bool bias = true)
    {
        Add($"{name}.weight", to, from);
        if (bias) Add($"{name}.bias", to);
    }

    private void AddConvolution(string name, long outputs, long inputsOfGroup, long taps)
    {
        Add($"{name}.weight", outputs, inputsOfGroup, taps);
        Add($"{name}.bias", outputs);
    }

    private void Add(string name, params long[] shape) => _entries.Add((name, SafetensorsType.F32, shape));
}
