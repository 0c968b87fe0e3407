using AudioBsq.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace AudioBsq.OnnxRuntime;

/// <summary>Runs graphs on ONNX Runtime's processor backend.</summary>
internal sealed class GraphRuntime : IGraphRuntime
{
    /// <inheritdoc/>
    public int MaxConcurrency => Threads == 1 ? Environment.ProcessorCount : 1;

    private static int Threads => OnnxRuntimeSettings.Threads ?? Environment.ProcessorCount;

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The native library is missing.</exception>
    public IGraph Load(byte[] graph)
    {
        try
        {
            using var options = new SessionOptions
            {
                IntraOpNumThreads = Threads,
                GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            };
            return new Graph(new InferenceSession(graph, options));
        }
        catch (Exception cause) when (cause is DllNotFoundException or TypeInitializationException or BadImageFormatException)
        {
            throw new NotSupportedException(
                "ONNX Runtime's native library does not load. Programs need one native package: Microsoft.ML.OnnxRuntime for the "
                + $"processor. {(cause.InnerException ?? cause).Message}", cause);
        }
    }

    private sealed class Graph(InferenceSession session) : IGraph
    {
        private static readonly RunOptions Plain = new();

        public GraphTensor[] Run(IReadOnlyList<(string Name, GraphTensor Tensor)> inputs, IReadOnlyList<string> outputs)
        {
            OrtValue[] values = [.. inputs.Select(input => ValueOf(input.Tensor))];
            try
            {
                using var results = session.Run(Plain, [.. inputs.Select(input => input.Name)], values, outputs);
                return [.. results.Select(TensorOf)];
            }
            finally
            {
                foreach (var value in values) value.Dispose();
            }
        }

        public void Dispose() => session.Dispose();

        private static OrtValue ValueOf(GraphTensor tensor) => tensor.Values is float[] numbers
            ? OrtValue.CreateTensorValueFromMemory(numbers, tensor.Shape)
            : OrtValue.CreateTensorValueFromMemory((long[])tensor.Values, tensor.Shape);

        private static GraphTensor TensorOf(OrtValue value) =>
            new(value.GetTensorDataAsSpan<float>().ToArray(), value.GetTensorTypeAndShape().Shape);
    }
}
