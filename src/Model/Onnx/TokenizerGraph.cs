using AudioBsq.Quantization;
using static AudioBsq.Onnx.TensorProto.Types;

namespace AudioBsq.Onnx;

/// <summary>
/// The encoder and the decoder of a model as ONNX graphs: mel spectrogram → latents and bits, and bits → mel spectrogram, both in the unit
/// of the mel column. Start reading here. Batch and length are free. A causal model's graphs take and give its caches.
/// </summary>
/// <param name="options">The model.</param>
/// <param name="weights">Gives a copy of the weights of a name.</param>
internal sealed class TokenizerGraph(AudioBsqOptions options, Func<string, float[]> weights)
{
    private readonly float _span = options.MaxLevel - options.MinLevel;

    /// <summary>mel (batch, frames, values) → latents (batch, positions, dimension), bits (batch, positions, bits).</summary>
    public GraphWriter Encoder() => Encoder(options.Encoder.Layers, (graph, stack, features) =>
    {
        int dimension = options.Quantizer.Dimension;
        var latents = stack.Linear("quant_embed", features, options.Encoder.Width, dimension);
        if (options.Quantizer.ProjectsToSphere)
        {
            var length = graph.Node("ReduceL2", [latents], ("axes", new[] { -1L }), ("keepdims", 1L));
            latents /= graph.Node("Max", [length, graph.Constant(1e-12f)]);
        }

        graph.Output("latents", latents, DataType.Float, "Latents.", "batch", "positions", dimension);
        graph.Output(
            "bits", Bits(graph, latents), DataType.Float, "Bits of the codes, 0 or 1; the first is a token's highest.", "batch",
            "positions", options.Quantizer.Bits);
    });

    /// <summary>mel (batch, frames, values) → features (batch, positions, width) after a block, counted from 1.</summary>
    public GraphWriter Features(int layer) => Encoder(layer, (graph, _, features) =>
        graph.Output("features", features, DataType.Float, "Features.", "batch", "positions", options.Encoder.Width));

    /// <summary>bits (batch, positions, bits) → mel (batch, frames, bands).</summary>
    public GraphWriter Decoder()
    {
        var (graph, network) = (new GraphWriter("decoder"), options.EffectiveDecoder);
        var stack = new StackGraph(graph, options, network, "decoder", weights);
        var bits = graph.Input("bits", DataType.Float, "Bits of codes, 0 or 1.", "batch", "positions", options.Quantizer.Bits);
        stack.DeclareInputs();
        var x = stack.Linear("post_quant_embed", Codes(graph, bits), options.Quantizer.Dimension, network.Width);
        x = stack.Run(x, network.Layers);
        int head = network.HeadWidth ?? network.Width;
        if (network.HeadWidth is not null) x = stack.Linear("decoder.ffn.0", x, network.Width, head).Apply("Tanh");
        x = stack.Linear("decoder.conv_out", x, head, options.PatchFrames * options.PatchBands);
        x = x.Reshape(0, -1, options.PatchesPerStep, options.PatchFrames, options.PatchBands).Transpose(0, 1, 3, 2, 4)
            .Reshape(0, -1, options.Bands);
        if (!options.Compatibility.UnscaledInput) x = (x + 1) * (_span / 2) + options.MinLevel;
        graph.Output("mel", x.Clip(options.MinLevel, options.MaxLevel), DataType.Float, "Levels.", "batch", "frames", options.Bands);
        stack.DeclareOutputs();
        return graph;
    }

    private GraphWriter Encoder(int layers, Action<GraphWriter, StackGraph, Value> finish)
    {
        var (graph, network) = (new GraphWriter("encoder"), options.Encoder);
        var stack = new StackGraph(graph, options, network, "encoder", weights);
        var x = graph.Input(
            "mel", DataType.Float, $"Levels; frames are a multiple of {options.PatchFrames}.", "batch", "frames", options.FrameValues);
        stack.DeclareInputs();
        if (!options.Compatibility.UnscaledInput) x = (x - options.MinLevel) * (2 / _span) - 1;
        x = x.Reshape(0, -1, options.PatchFrames, options.InputScales, options.PatchesPerStep, options.PatchBands)
            .Transpose(0, 1, 4, 3, 2, 5).Reshape(0, -1, options.InputPatchValues);
        x = stack.Linear("encoder.patch_embed", x, options.InputPatchValues, network.Width, bias: !network.PreNorm);
        finish(graph, stack, stack.Run(x, layers));
        stack.DeclareOutputs();
        return graph;
    }

    private Value Bits(GraphWriter graph, Value latents)
    {
        if (options.Quantizer.Kind == QuantizerKind.BinarySpherical)
            return graph.Node("Greater", [latents, graph.Constant(0f)]).To(DataType.Float);
        var grid = new LevelGrid(options.Quantizer);
        var bounded = (latents + Row(graph, grid.Shift)).Apply("Tanh") * Row(graph, grid.Radius) - 0.5f;
        var levels = (bounded.Apply("Round") + Row(graph, grid.HalfWidth)).Split(-1, grid.Bits.Length);
        Value[] bits = [.. levels.SelectMany((level, i) => HighToLow(grid.Bits[i]).Select(unit => Bit(level, unit)))];
        return graph.Node("Concat", bits, ("axis", -1L));

        Value Bit(Value level, float unit) =>
            graph.Node("Mod", [(level / graph.Constant(unit)).Apply("Floor"), graph.Constant(2f)], ("fmod", 1L));
    }

    private Value Codes(GraphWriter graph, Value bits)
    {
        if (options.Quantizer.Kind == QuantizerKind.BinarySpherical)
        {
            double scale = options.Quantizer.NormalizeCode ? 1 / Math.Sqrt(options.Quantizer.Bits) : 1;
            return (bits * 2 - 1) * (float)scale;
        }

        var grid = new LevelGrid(options.Quantizer);
        int row = 0, dimension = grid.Bits.Length;
        float[] values = new float[options.Quantizer.Bits * dimension]; // of each bit in each coordinate
        for (int i = 0; i < dimension; i++)
        {
            foreach (float unit in HighToLow(grid.Bits[i])) values[row++ * dimension + i] = unit;
        }

        var level = bits.Times(graph.Weights("values_of_bits", values, options.Quantizer.Bits, dimension));
        return (level - Row(graph, grid.HalfWidth)) / Row(graph, grid.HalfWidth);
    }

    private static IEnumerable<float> HighToLow(int bits) => Enumerable.Range(0, bits).Select(i => MathF.ScaleB(1, bits - 1 - i));

    private static Value Row(GraphWriter graph, double[] values) => graph.Constant(Array.ConvertAll(values, value => (float)value));
}
