using AudioBsq.Networks;
using AudioBsq.Training;
using static AudioBsq.Benchmarks.Performance.MarkdownTable;
using static TorchSharp.torch;

namespace AudioBsq.Benchmarks.Performance;

/// <summary>Attention of one layer in a training step, forward and backward: torch's fused kernel beside products and a softmax.</summary>
internal static class AttentionPart
{
    public static MarkdownTable Measure(Turns turns, IEnumerable<BenchModel> models, IReadOnlyList<TrainingPrecision> precisions)
    {
        var table = new MarkdownTable("attention of one layer", "precision", "fused, ms", "products, ms", "fused / products");
        foreach (var bench in models)
        {
            foreach (var precision in precisions)
            {
                bool half = precision == TrainingPrecision.BFloat16;
                using var scope = NewDisposeScope();
                long heads = bench.Options.Encoder.Heads, width = bench.Options.Encoder.Width, positions = bench.Options.WindowPositions;
                var type = half ? ScalarType.BFloat16 : ScalarType.Float32;
                var packed = randn([bench.Batch, positions, 3, heads, width / heads]).to(type).requires_grad_();
                var gradient = randn([bench.Batch, heads, positions, width / heads]).to(type);
                double[][] medians = turns.Medians(
                    () => [turns.Clock.Seconds(() => Run(packed, gradient, Fused))],
                    () => [turns.Clock.Seconds(() => Run(packed, gradient, Products))]);
                var (fused, products) = (medians[0][0], medians[1][0]);
                table.Add(
                    $"{bench.Name}, {bench.Batch} × {positions} positions, {heads} heads", half ? "bf16" : "fp32", Milliseconds(fused),
                    Milliseconds(products), Ratio(fused / products));
            }
        }

        return table;
    }

    private static Tensor Fused(Tensor queries, Tensor keys, Tensor values) =>
        nn.functional.scaled_dot_product_attention(queries, keys, values);

    private static Tensor Products(Tensor queries, Tensor keys, Tensor values) =>
        AttentionProducts.Apply(queries, keys, values, mask: null, causal: false, dropout: 0);

    private static void Run(Tensor packed, Tensor gradient, Func<Tensor, Tensor, Tensor, Tensor> attend)
    {
        using var scope = NewDisposeScope();
        var parts = packed.permute(2, 0, 3, 1, 4).unbind(0);
        attend(parts[0], parts[1], parts[2]).backward([gradient]);
        packed.grad!.zero_().Dispose();
    }
}
