using AudioBsq.Onnx;
using AudioBsq.Signal;

namespace AudioBsq.Vocoding;

/// <summary>
/// The caches of a <see cref="VocoderGraph"/> between two pieces of a clip, and the clip's first frames until there are enough for a run.
/// </summary>
internal sealed class GraphVocoderCache : IVocoderCache
{
    private readonly GraphTensor[] _tensors;
    private VocoderFrames _waiting = new([], [], 0);

    /// <summary>Caches for the start of a clip.</summary>
    public GraphVocoderCache(VocoderOptions options, MelOptions mel)
    {
        int bins = mel.FftLength / 2 + 1;
        GraphTensor Zeros(int frames, int channels) => new(new float[frames * channels], 1, frames, channels);
        var convolutions = Enumerable.Range(0, options.Layers + 1);
        Names = ["cache_magnitudes", .. convolutions.Select(VocoderGraph.CacheOf)];
        _tensors = [Zeros(0, bins), .. convolutions.Select(i => Zeros(options.Reach(i).Before, i == 0 ? mel.Bands : options.Width))];
    }

    private GraphVocoderCache(GraphVocoderCache other) =>
        (Names, _tensors, _waiting, IsStarted) = (other.Names, [.. other._tensors], other._waiting, other.IsStarted);

    /// <summary>Names of the graph's inputs.</summary>
    public string[] Names { get; }

    /// <summary>Whether there has been a run.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>The graph's inputs.</summary>
    public IEnumerable<(string Name, GraphTensor Tensor)> Tensors => Names.Zip(_tensors);

    /// <summary>The frames that wait for a run, and more.</summary>
    public VocoderFrames Take(VocoderFrames more)
    {
        var all = _waiting.Count == 0 ? more : new VocoderFrames(
            [.. _waiting.Levels, .. more.Levels], [.. _waiting.LogMagnitude, .. more.LogMagnitude], _waiting.Count + more.Count);
        _waiting = new([], [], 0);
        return all;
    }

    /// <summary>Lets frames wait for a run.</summary>
    public void Keep(VocoderFrames frames) => _waiting = frames;

    /// <summary>Replaces the caches after a run, if it gave them.</summary>
    public void Put(ReadOnlySpan<GraphTensor> next)
    {
        if (next.IsEmpty) return;
        IsStarted = true;
        next.CopyTo(_tensors);
    }

    public IVocoderCache Copy() => new GraphVocoderCache(this);
}
