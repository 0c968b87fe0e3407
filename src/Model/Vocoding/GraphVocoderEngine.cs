using AudioBsq.Onnx;
using AudioBsq.Signal;

namespace AudioBsq.Vocoding;

/// <summary>Runs a vocoder as an ONNX graph, which is made when it is first needed.</summary>
internal sealed class GraphVocoderEngine : IVocoderEngine
{
    private static readonly string[] Spectrum = ["log_magnitude_out", "cosine", "sine"];

    private readonly VocoderOptions _options;
    private readonly MelOptions _mel;
    private readonly IGraphRuntime _runtime;
    private readonly Lazy<IGraph> _graph;
    private readonly string[] _outputs;
    private bool _disposed;

    /// <param name="options">The network.</param>
    /// <param name="mel">The mel spectrograms.</param>
    /// <param name="weights">Weights by name.</param>
    /// <param name="runtime">What runs graphs.</param>
    public GraphVocoderEngine(VocoderOptions options, MelOptions mel, Func<string, float[]> weights, IGraphRuntime runtime)
    {
        (_options, _mel, _runtime) = (options, mel, runtime);
        _graph = new(() => runtime.Load(new VocoderGraph(options, mel, weights).Write().ToBytes("", [])));
        _outputs = [.. Spectrum, .. NewGraphCache().Names.Select(name => $"next_{name}")];
    }

    /// <inheritdoc/>
    public int FramesAtOnce => 384;

    /// <inheritdoc/>
    public int MaxConcurrency => _runtime.MaxConcurrency;

    private int Bins => _mel.FftLength / 2 + 1;

    /// <inheritdoc/>
    public SpectrumRows Predict(VocoderFrames clip) => Run(clip, NewGraphCache(), last: true, Spectrum);

    /// <inheritdoc/>
    public IVocoderCache NewCache() => NewGraphCache();

    /// <inheritdoc/>
    public SpectrumRows Continue(VocoderFrames frames, IVocoderCache cache, bool last)
    {
        var caches = (GraphVocoderCache)cache;
        var all = caches.Take(frames);
        if (!last && !caches.IsStarted && all.Count <= _options.FramesAfter)
        {
            caches.Keep(all);
            return SpectrumRows.Empty;
        }

        bool isNothingReady = all.Count == 0 && (!last || _options.FramesAfter == 0);
        return isNothingReady ? SpectrumRows.Empty : Run(all, caches, last, _outputs);
    }

    public void Dispose()
    {
        _disposed = true;
        if (_graph.IsValueCreated) _graph.Value.Dispose();
    }

    private SpectrumRows Run(VocoderFrames frames, GraphVocoderCache cache, bool last, string[] outputs)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        GraphTensor[] results = _graph.Value.Run(
            [
                ("levels", new GraphTensor(frames.Levels, 1, frames.Count, _mel.Bands)),
                ("log_magnitude", new GraphTensor(frames.LogMagnitude, 1, frames.Count, Bins)),
                ("last", new GraphTensor(new[] { last ? 1L : 0L }, 1)),
                .. cache.Tensors,
            ],
            outputs);
        cache.Put(results.AsSpan(Spectrum.Length));
        return SpectrumRows.Of((float[])results[0].Values, (float[])results[1].Values, (float[])results[2].Values);
    }

    private GraphVocoderCache NewGraphCache() => new(_options, _mel);
}
