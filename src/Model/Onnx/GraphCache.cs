using AudioBsq.Networks;

namespace AudioBsq.Onnx;

/// <summary>The caches of a causal graph, between two runs.</summary>
/// <param name="network">The encoder or decoder.</param>
/// <param name="options">The model.</param>
/// <param name="firstStep">The first time step that will be added. Attention does not see the steps before it.</param>
internal sealed class GraphCache(NetworkOptions network, AudioBsqOptions options, long firstStep)
    : StepCache(options.PastStepsOf(network), firstStep)
{
    private readonly CacheShape[] _shapes = CacheShape.Of(options, network);
    private readonly Dictionary<string, GraphTensor> _tensors = [];

    /// <summary>The caches, by the names of the graph's inputs.</summary>
    public IEnumerable<(string Name, GraphTensor Tensor)> Tensors(int clips) => _shapes.Select(shape => (shape.Name, Of(shape, clips)));

    /// <summary>Replaces a cache after a run.</summary>
    public void Put(string name, GraphTensor tensor) => _tensors[name] = tensor;

    /// <inheritdoc/>
    public override void KeepClips(int count)
    {
        foreach (var (name, tensor) in _tensors.ToArray())
        {
            long[] shape = tensor.Shape;
            if (shape[0] <= count) continue;
            float[] values = (float[])tensor.Values;
            _tensors[name] = new GraphTensor(values[..(int)(values.Length / shape[0] * count)], [count, .. shape[1..]]);
        }
    }

    public override void Dispose()
    {
    }

    private GraphTensor Of(CacheShape shape, int clips)
    {
        if (_tensors.TryGetValue(shape.Name, out var tensor)) return tensor;
        long[] dimensions = [clips, shape.Initial, .. shape.Channels.Select(count => (long)count)];
        return new GraphTensor(new float[dimensions.Aggregate(1L, (product, size) => product * size)], dimensions);
    }
}
