using AudioBsq.Inference;
using AudioBsq.Networks;

namespace AudioBsq.Benchmarks.Probing;

/// <summary>A mel spectrogram's levels, pooled as an encoder's features are.</summary>
internal static class PooledMel
{
    public static float[] Of(float[] mel, int bands, EmbeddingOptions embedding)
    {
        var encoder = new NetworkOptions { Width = bands };
        var frames = new AudioBsqOptions { Bands = bands, PatchBands = bands, PatchFrames = 1, Encoder = encoder };
        var pool = new EmbeddingPool(embedding with { Layer = null }, frames, mel.Length / bands);
        pool.Add(0, mel);
        return pool.Result();
    }
}
