using System.Numerics.Tensors;

namespace AudioBsq.Onnx;

/// <summary>Layers with weights, as nodes.</summary>
internal static class GraphLayers
{
    private const float NormEpsilon = 1e-5f;

    /// <summary>
    /// A linear layer; its outputs are multiplied by <paramref name="gains"/>, if there are any. ONNX has the matrix transposed.
    /// </summary>
    public static Value Linear(
        this GraphWriter graph, string weightName, string? biasName, Value x, Func<string, float[]> weights, int inputs, int outputs,
        float[]? gains = null)
    {
        float[] columns = Transpose(weights(weightName), inputs, outputs);
        for (int input = 0; gains is not null && input < inputs; input++)
            TensorPrimitives.Multiply(columns.AsSpan(input * outputs, outputs), gains, columns.AsSpan(input * outputs, outputs));
        var product = x.Times(graph.Weights(weightName, columns, inputs, outputs));
        if (biasName is null) return product;
        float[] bias = weights(biasName);
        if (gains is not null) TensorPrimitives.Multiply(bias, gains, bias);
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

    // (outputs, inputs) → (inputs, outputs), in blocks that stay in the processor's cache
    private static float[] Transpose(float[] weight, int inputs, int outputs)
    {
        const int Block = 32;
        float[] columns = new float[weight.Length];
        for (int from = 0; from < outputs; from += Block)
        {
            int to = Math.Min(outputs, from + Block);
            for (int input = 0; input < inputs; input++)
            {
                for (int output = from; output < to; output++) columns[input * outputs + output] = weight[output * inputs + input];
            }
        }

        return columns;
    }
}
