namespace AudioBsq.Onnx;

/// <summary>Layers with weights, as nodes.</summary>
internal static class GraphLayers
{
    private const float NormEpsilon = 1e-5f;

    /// <summary>A linear layer; each of its outputs is multiplied by <paramref name="gain"/>. ONNX has the matrix transposed.</summary>
    public static Value Linear(
        this GraphWriter graph, string weightName, string? biasName, Value x, Func<string, float[]> weights, int inputs, int outputs,
        Func<int, float>? gain = null)
    {
        float[] weight = weights(weightName), columns = new float[weight.Length]; // (outputs, inputs) → (inputs, outputs)
        for (int output = 0; output < outputs; output++)
        {
            float factor = gain?.Invoke(output) ?? 1;
            for (int input = 0; input < inputs; input++) columns[input * outputs + output] = weight[output * inputs + input] * factor;
        }

        var product = x.Times(graph.Weights(weightName, columns, inputs, outputs));
        if (biasName is null) return product;
        float[] bias = [.. weights(biasName).Select((value, output) => value * (gain?.Invoke(output) ?? 1))];
        return product + graph.Weights(biasName, bias, outputs);
    }

    /// <summary>A layer norm over the last dimension.</summary>
    public static Value Norm(this GraphWriter graph, string layer, Value x, Func<string, float[]> weights, int width) => graph.Node(
        "LayerNormalization",
        [
            x, graph.Weights($"{layer}.weight", weights($"{layer}.weight"), width),
            graph.Weights($"{layer}.bias", weights($"{layer}.bias"), width),
        ],
        ("axis", -1L), ("epsilon", NormEpsilon));

    /// <summary>The exact GELU (Hendrycks and Gimpel 2016), in the form that runtimes know as one operation.</summary>
    public static Value Gelu(this Value x) => x * ((x / x.Graph.Constant(MathF.Sqrt(2))).Apply("Erf") + 1) * 0.5f;
}
