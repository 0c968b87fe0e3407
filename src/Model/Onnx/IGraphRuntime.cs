namespace AudioBsq.Onnx;

/// <summary>A tensor that goes into a graph or comes out of it: an array of <c>float</c> or <c>long</c>, and its shape.</summary>
internal readonly record struct GraphTensor(Array Values, params long[] Shape);

/// <summary>A graph that is ready to run, from several threads at once.</summary>
internal interface IGraph : IDisposable
{
    /// <summary>The named outputs, of single precision, for the named inputs.</summary>
    GraphTensor[] Run(IReadOnlyList<(string Name, GraphTensor Tensor)> inputs, IReadOnlyList<string> outputs);
}

/// <summary>A library that runs ONNX graphs. The package AudioBsq.MLNet.OnnxRuntime has one.</summary>
internal interface IGraphRuntime
{
    /// <summary>Runs side by side that make sense.</summary>
    int MaxConcurrency { get; }

    /// <summary>Prepares a graph that <see cref="GraphWriter"/> wrote.</summary>
    IGraph Load(byte[] graph);
}
