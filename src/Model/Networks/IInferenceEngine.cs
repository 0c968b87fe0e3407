namespace AudioBsq.Networks;

/// <summary>
/// Runs a model's encoder and decoder, on torch or on another runtime. Clips are whole windows, or steps that follow those in a cache.
/// Shorter clips of a batch are padded to the longest; results have what stands at the padding too. One engine may be used from several
/// threads at once.
/// </summary>
internal interface IInferenceEngine : IDisposable
{
    /// <summary>Frames of a batch that run fastest.</summary>
    int FramesAtOnce { get; }

    /// <summary>Runs side by side that make sense.</summary>
    int MaxConcurrency { get; }

    /// <summary>Empty caches of a causal model's half.</summary>
    StepCache NewCache(ModelParts half, long firstStep = 0);

    /// <summary>
    /// Latents (clips, positions, dimension) of clips (frames, values) in the unit of the mel column. How many clips and steps run at once
    /// may change how they are rounded.
    /// </summary>
    float[] Encode(IReadOnlyList<ReadOnlyMemory<float>> clips, StepCache? cache);

    /// <summary>The same for steps of one clip, of which not a bit depends on how many run at once.</summary>
    float[] EncodeStepByStep(ReadOnlyMemory<float> steps, StepCache cache);

    /// <summary>Features (clips, positions, width) after a block of the encoder, counted from 1.</summary>
    float[] Features(IReadOnlyList<ReadOnlyMemory<float>> clips, int layer, StepCache? cache);

    /// <summary>Mel spectrograms (clips, frames, bands), in the unit of the mel column, of tokens of whole time steps.</summary>
    float[] Decode(IReadOnlyList<ReadOnlyMemory<int>> clips, StepCache? cache);
}
