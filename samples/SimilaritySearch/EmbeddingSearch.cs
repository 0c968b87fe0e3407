using System.Numerics.Tensors;

namespace SimilaritySearch;

/// <summary>Embeddings by their cosine, after each value was brought to mean 0 and deviation 1 over all of them.</summary>
internal sealed class EmbeddingSearch(float[][] embeddings)
{
    private readonly float[][] _standardized = Standardize(embeddings);

    /// <summary>All other clips, the most alike first.</summary>
    public IEnumerable<(int Clip, float Cosine)> Nearest(int query) =>
        Enumerable.Range(0, _standardized.Length).Where(clip => clip != query)
            .Select(clip => (clip, TensorPrimitives.CosineSimilarity(_standardized[query], _standardized[clip])))
            .OrderByDescending(hit => hit.Item2);

    private static float[][] Standardize(float[][] rows)
    {
        float[][] columns = [.. Enumerable.Range(0, rows[0].Length).Select(k => Array.ConvertAll(rows, row => row[k]))];
        float[] means = Array.ConvertAll(columns, column => column.Average());
        float[] deviations = [.. columns.Select((column, k) => MathF.Sqrt(column.Average(x => (x - means[k]) * (x - means[k]))))];
        return Array.ConvertAll(rows, row => row.Select((x, k) => (x - means[k]) / (deviations[k] + 1e-9f)).ToArray());
    }
}
