using System.Collections.Concurrent;
using AudioBsq.Networks;
using AudioBsq.Quantization;

namespace AudioBsq.Onnx;

/// <summary>Runs a model as ONNX graphs, which are made when they are first needed.</summary>
internal sealed class GraphEngine : IInferenceEngine
{
    private const int Encoder = 0, Decoder = -1; // keys of the graphs; others are the encoder up to a block

    private readonly AudioBsqOptions _options;
    private readonly IGraphRuntime _runtime;
    private readonly TokenizerGraph _graphs;
    private readonly LatentCodes _codes;
    private readonly ConcurrentDictionary<int, Lazy<LoadedGraph>> _loaded = [];
    private bool _disposed;

    /// <param name="options">The model.</param>
    /// <param name="weights">Weights by name.</param>
    /// <param name="runtime">What runs graphs.</param>
    public GraphEngine(AudioBsqOptions options, Func<string, float[]> weights, IGraphRuntime runtime)
    {
        (_options, _runtime, _graphs) = (options, runtime, new TokenizerGraph(options, weights));
        _codes = new LatentCodes(options.Quantizer, options.Compatibility);
    }

    /// <summary>A window of the small variant alone took 0.87 of the time that it took as one of four (AVX2, one thread).</summary>
    public int FramesAtOnce => 1024;

    /// <inheritdoc/>
    public int MaxConcurrency => _runtime.MaxConcurrency;

    /// <inheritdoc/>
    public StepCache NewCache(ModelParts half, long firstStep = 0) =>
        new GraphCache(_options.BlocksOf(half), _options, firstStep);

    /// <inheritdoc/>
    public float[] Encode(IReadOnlyList<ReadOnlyMemory<float>> clips, StepCache? cache) => RunEncoder(Encoder, clips, cache);

    /// <summary>Steps one at a time, so that a step is always computed in the same way.</summary>
    public float[] EncodeStepByStep(ReadOnlyMemory<float> steps, StepCache cache)
    {
        int perStep = _options.PatchFrames * _options.FrameValues;
        var latents = new List<float>();
        for (int at = 0; at < steps.Length; at += perStep) latents.AddRange(Encode([steps.Slice(at, perStep)], cache));
        return [.. latents];
    }

    /// <inheritdoc/>
    public float[] Features(IReadOnlyList<ReadOnlyMemory<float>> clips, int layer, StepCache? cache) => RunEncoder(layer, clips, cache);

    /// <inheritdoc/>
    public float[] Decode(IReadOnlyList<ReadOnlyMemory<int>> clips, StepCache? cache)
    {
        int length = clips[0].Length;
        int[] tokens = new int[clips.Count * length];
        for (int i = 0; i < clips.Count; i++) clips[i].Span.CopyTo(tokens.AsSpan(i * length));
        long positions = length / _options.TokensPerPosition;
        int steps = length / _options.TokensPerStep;
        var bits = new GraphTensor(_codes.BitsOf(tokens), clips.Count, positions, _options.Quantizer.Bits);
        return Run(Decoder, "bits", bits, [.. Enumerable.Repeat(steps, clips.Count)], cache);
    }

    public void Dispose()
    {
        _disposed = true;
        foreach (var graph in _loaded.Values)
        {
            if (graph.IsValueCreated) graph.Value.Graph.Dispose();
        }
    }

    private float[] RunEncoder(int graph, IReadOnlyList<ReadOnlyMemory<float>> clips, StepCache? cache)
    {
        int[] steps = [.. clips.Select(clip => _options.StepsOf(clip.Length / _options.FrameValues))];
        int frames = steps.Max() * _options.PatchFrames, length = frames * _options.FrameValues;
        float[] values = new float[clips.Count * length];
        MelBatch.Fill(values, clips, length, _options);
        return Run(graph, "mel", new GraphTensor(values, clips.Count, frames, _options.FrameValues), steps, cache);
    }

    private float[] Run(int key, string input, GraphTensor tensor, int[] steps, StepCache? cache)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var graph = _loaded.GetOrAdd(key, _ => new Lazy<LoadedGraph>(() => Load(key))).Value;
        var inputs = new List<(string, GraphTensor)> { (input, tensor) };
        if (graph.TakesSteps) inputs.Add(("steps", new GraphTensor(Array.ConvertAll(steps, count => (long)count), steps.Length)));
        if (cache is not GraphCache caches) return (float[])graph.Graph.Run(inputs, graph.Outputs)[0].Values;

        inputs.Add(("first_step", new GraphTensor(new[] { cache.NextStep }, 1)));
        inputs.AddRange(caches.Tensors(clips: steps.Length).Where(entry => graph.Caches.Contains(entry.Name)));
        GraphTensor[] outputs = graph.Graph.Run(inputs, graph.Outputs);
        for (int i = 1; i < outputs.Length; i++) caches.Put(graph.Outputs[i]["next_".Length..], outputs[i]);
        cache.Advance(steps.Max());
        return (float[])outputs[0].Values;
    }

    private LoadedGraph Load(int key)
    {
        var writer = key switch { Encoder => _graphs.Encoder(), Decoder => _graphs.Decoder(), _ => _graphs.Features(key) };
        string[] inputs = [.. writer.Inputs], outputs = [.. writer.Outputs.Where(name => name != "bits")];
        return new LoadedGraph(_runtime.Load(writer.ToBytes("", [])), inputs.Contains("steps"), [.. inputs], outputs);
    }

    private sealed record LoadedGraph(IGraph Graph, bool TakesSteps, HashSet<string> Caches, string[] Outputs);
}
