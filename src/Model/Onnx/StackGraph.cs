using AudioBsq.Networks;
using static AudioBsq.Onnx.TensorProto.Types;

namespace AudioBsq.Onnx;

/// <summary>
/// Writes an encoder's or decoder's position vectors, norms and blocks as nodes (<see cref="TransformerStack"/>,
/// <see cref="SelfAttention"/>, <see cref="ConvModule"/>, <see cref="FeedForward"/>). What is constant is multiplied into the weights: the
/// scale of attention, the gains of branches, and the statistics of batch normalisation.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="options">The model.</param>
/// <param name="network">The encoder or decoder.</param>
/// <param name="name">Its name in the weights.</param>
/// <param name="weights">Gives a copy of the weights of a name.</param>
internal sealed class StackGraph(
    GraphWriter graph, AudioBsqOptions options, NetworkOptions network, string name, Func<string, float[]> weights)
{
    private const float Forbidden = -1e9f;
    private const double BatchNormEpsilon = 1e-5, RotationBase = 10_000;

    private readonly int _width = network.Width, _perStep = options.PatchesPerStep, _headWidth = network.Width / network.Heads;
    private readonly CacheShape[] _caches = options.IsCausal ? CacheShape.Of(options, network) : [];
    private readonly List<(string Name, Value Value, object[] Shape)> _next = [];
    private readonly Dictionary<string, Value> _cached = [];
    private Value? _cosine, _sine, _bias, _valid;

    /// <summary>
    /// Declares the inputs that tell where the positions are: <c>steps</c>, the valid time steps of each clip, or the caches of a causal
    /// model and <c>first_step</c>.
    /// </summary>
    public void DeclareInputs()
    {
        if (options.IsCausal)
        {
            _cached["first_step"] = graph.Input(
                "first_step", DataType.Int64, "The first time step, counted from the start of the clip.", 1);
            foreach (var cache in _caches)
                _cached[cache.Name] = graph.Input(cache.Name, DataType.Float, cache.Documentation, cache.Dimensions);
        }
        else if (!options.Compatibility.PaddingTakesPart)
        {
            _cached["steps"] = graph.Input(
                "steps", DataType.Int64, "Valid time steps of each clip, at least 1; the rest is padding.", "batch");
        }
    }

    /// <summary>
    /// Adds position vectors to x (batch, positions, width), and runs the first blocks; the last norm follows the last block.
    /// </summary>
    public Value Run(Value x, int layers)
    {
        Prepare(x.Size(1));
        x = AddPositions(x);
        if (network.PreNorm) x = Norm($"{name}.ln_pre", x);
        for (int i = 0; i < layers; i++) x = Block($"{name}.transformer.resblocks.{i}", i, x);
        return network.PostNorm && layers == network.Layers ? Norm($"{name}.ln_post", x) : x;
    }

    /// <summary>Declares the caches after these steps as outputs.</summary>
    public void DeclareOutputs()
    {
        foreach (var (output, value, shape) in _next)
            graph.Output(output, value, DataType.Float, "The cache for the next steps.", shape);
    }

    /// <summary>A linear layer; its outputs are multiplied by <paramref name="gains"/>.</summary>
    public Value Linear(string layer, Value x, int inputs, int outputs, bool bias = true, float[]? gains = null) =>
        graph.Linear($"{layer}.weight", bias ? $"{layer}.bias" : null, x, weights, inputs, outputs, gains);

    private Value Norm(string layer, Value x) => graph.Norm(layer, x, weights, _width);

    private Value AddPositions(Value x)
    {
        string table = $"{name}.positional_embedding";
        var vectors = graph.Weights(table, weights(table), options.PositionVectors, _width);
        return options.Compatibility.LearnedPositions
            ? x + vectors.Slice(0, graph.Constant(0L), x.Size(1))
            : (x.Reshape(0, -1, _perStep, _width) + vectors).Reshape(0, -1, _width);
    }

    private Value Block(string block, int index, Value x)
    {
        x += Attention($"{block}.attn", index, Norm($"{block}.ln_1", x), Gains($"{block}.ls_1"));
        if (network.UseConvModule) x += Convolution($"{block}.conv_module", index, Norm($"{block}.ln_conv", x), Gains($"{block}.ls_conv"));
        int hidden = (int)(_width * network.MlpRatio);
        var inner = Linear($"{block}.mlp.c_fc", Norm($"{block}.ln_2", x), _width, hidden).Gelu();
        return x + Linear($"{block}.mlp.c_proj", inner, hidden, _width, gains: Gains($"{block}.ls_2"));
    }

    private Value Attention(string layer, int index, Value x, float[]? gains)
    {
        float[] scale = new float[3 * _width]; // of queries, keys and values
        scale.AsSpan(0, _width).Fill((float)(1 / Math.Sqrt(_headWidth)));
        scale.AsSpan(_width).Fill(1);
        var packed = graph.Linear($"{layer}.in_proj_weight", $"{layer}.in_proj_bias", x, weights, _width, 3 * _width, scale);
        var parts = packed.Split(-1, 3);
        var (queries, keys, values) = (Rotate(parts[0]), Rotate(parts[1]), parts[2].Reshape(0, -1, network.Heads, _headWidth));
        if (options.IsCausal)
            (keys, values) = (Append(CacheShape.Keys(index), keys), Append(CacheShape.Values(index), values));
        var scores = queries.Transpose(0, 2, 1, 3).Times(keys.Transpose(0, 2, 3, 1)); // (batch, heads, queries, keys)
        if (_bias is not null) scores += _bias;
        var attended = scores.Apply("Softmax", ("axis", -1L)).Times(values.Transpose(0, 2, 1, 3));
        return Linear($"{layer}.out_proj", attended.Transpose(0, 2, 1, 3).Reshape(0, -1, _width), _width, _width, gains: gains);
    }

    // (batch, positions, width) → (batch, positions, heads, channels); see Positions.Rotate.
    private Value Rotate(Value x)
    {
        if (_cosine is null) return x.Reshape(0, -1, network.Heads, _headWidth);
        var halves = x.Reshape(0, -1, _perStep, network.Heads, _headWidth).Split(-1, 2);
        var (first, second) = (halves[0], halves[1]);
        var rotated = (first * _cosine - second * _sine!).Append(second * _cosine + first * _sine!, axis: -1);
        return rotated.Reshape(0, -1, network.Heads, _headWidth);
    }

    private Value Convolution(string module, int index, Value x, float[]? gains)
    {
        int taps = network.ConvKernelSize, rows = options.Compatibility.RasterConvolution ? 1 : _perStep;
        var gates = Linear($"{module}.pointwise_conv1", Norm($"{module}.layer_norm", x), _width, 2 * _width).Split(-1, 2);
        x = gates[0] * gates[1].Apply("Sigmoid");
        if (_valid is not null) x *= _valid;
        bool past = network.Mask != AttentionMask.None && !options.Compatibility.LeakyCausalConvolution;
        long before = past ? taps - 1 : taps / 2, after = past ? 0 : taps / 2;
        if (options.IsCausal) (x, before) = (Append(CacheShape.Inputs(index), x), 0);

        var (kernel, bias) = NormalizedKernel(module, taps);
        var grid = x.Reshape(0, -1, rows, _width).Transpose(0, 3, 1, 2); // (batch, width, steps, rows)
        var convolved = graph.Node(
            "Conv",
            [
                grid, graph.Weights($"{module}.depthwise_conv.weight", kernel, _width, 1, taps, 1),
                graph.Weights($"{module}.depthwise_conv.bias", bias, _width),
            ],
            ("group", (long)_width), ("pads", new[] { before, 0, after, 0 }));
        x = convolved.Transpose(0, 2, 3, 1).Reshape(0, -1, _width);
        return Linear($"{module}.pointwise_conv2", x * x.Apply("Sigmoid"), _width, _width, gains: gains);
    }

    // The depthwise convolution and the batch normalisation that follows it.
    private (float[] Kernel, float[] Bias) NormalizedKernel(string module, int taps)
    {
        float[] gain = weights($"{module}.batch_norm.weight"), shift = weights($"{module}.batch_norm.bias");
        float[] mean = weights($"{module}.batch_norm.running_mean"), variance = weights($"{module}.batch_norm.running_var");
        double[] scale = [.. variance.Select((value, i) => gain[i] / Math.Sqrt(value + BatchNormEpsilon))];
        float[] kernel = [.. weights($"{module}.depthwise_conv.weight").Select((value, i) => (float)(value * scale[i / taps]))];
        float[] bias = [.. weights($"{module}.depthwise_conv.bias").Select((value, i) => (float)((value - mean[i]) * scale[i] + shift[i]))];
        return (kernel, bias);
    }

    private float[]? Gains(string layer) => network.LayerScale is null ? null : weights($"{layer}.gamma");

    // Appends to a cache, and keeps its last positions for the next steps.
    private Value Append(string cache, Value x)
    {
        var all = _cached[cache].Append(x, axis: 1);
        var shape = Array.Find(_caches, known => known.Name == cache)!;
        _next.Add(($"next_{cache}", all.Slice(1, shape.Positions == 0 ? int.MaxValue : -shape.Positions), shape.Dimensions));
        return all;
    }

    private void Prepare(Value positions)
    {
        var steps = positions / graph.Constant((long)_perStep);
        if (!options.Compatibility.LearnedPositions) Rotation(steps);
        var cached = options.IsCausal ? _cached[CacheShape.Keys(0)].Size(1) : graph.Constant(0L);
        var key = Range(graph.Constant(0L), cached + positions);
        var valid = _cached.TryGetValue("steps", out var lengths)
            ? (key / graph.Scalar(_perStep) + graph.Scalar(1)).Unsqueeze(0).AtMost(lengths.Unsqueeze(1)) // (batch, positions)
            : null;
        _valid = valid?.To(DataType.Float).Unsqueeze(2);
        _bias = Bias(key, cached, valid);
    }

    // What is added to the scores of attention; see PositionMask.
    private Value? Bias(Value key, Value cached, Value? valid)
    {
        var forbidden = graph.Constant(Forbidden);
        var validKeys = valid?.Unsqueeze(1).Unsqueeze(1);
        Value Allowed(Value where, Value otherwise) => graph.Node("Where", [where, otherwise, forbidden]);

        var none = graph.Constant(0f);
        if (network.Mask == AttentionMask.None) return validKeys is null ? null : Allowed(validKeys, none);
        var keyStep = key / graph.Scalar(_perStep);
        var (query, queryStep) = (Queries(key), Queries(keyStep));
        var notAfter = network.Mask == AttentionMask.BlockCausal ? keyStep.AtMost(queryStep) : key.AtMost(query);
        var seen = notAfter & (queryStep - keyStep).AtMost(graph.Scalar(options.PastStepsOf(network)));
        if (network.Mask == AttentionMask.BlockCausal && options.Compatibility.AdditiveBlockCausalMask)
        {
            var future = seen.Apply("Not").To(DataType.Float);
            return validKeys is null ? future : Allowed(validKeys, future);
        }

        if (validKeys is not null) seen = (seen & validKeys) | graph.Node("Equal", [key, query]);
        return Allowed(seen, none);

        Value Queries(Value of) => of.Slice(0, cached, graph.Constant(long.MaxValue)).Unsqueeze(1);
    }

    // Cosines and sines (steps, 1, 1, channels / 2) with angles in double precision; see Positions.Rotation.
    private void Rotation(Value steps)
    {
        double[] speeds = [.. Enumerable.Range(0, _headWidth / 2).Select(j => Math.Pow(RotationBase, -2.0 * j / _headWidth))];
        var first = options.IsCausal ? _cached["first_step"] : graph.Constant(0L);
        var angles = Range(first, first + steps).To(DataType.Double).Reshape(-1, 1, 1, 1) * graph.Constant(speeds);
        (_cosine, _sine) = (angles.Apply("Cos").To(DataType.Float), angles.Apply("Sin").To(DataType.Float));
    }

    private Value Range(Value start, Value end) => graph.Node("Range", [start.Apply("Squeeze"), end.Apply("Squeeze"), graph.Scalar(1)]);
}
