namespace AudioBsq.Training;

/// <summary>The half of a model that training leaves as it is, in its weights, batch statistics and dropout.</summary>
public enum FrozenHalf
{
    /// <summary>Neither.</summary>
    None,

    /// <summary>Mel to tokens: tokens stay the same, and the decoder learns to reconstruct from them.</summary>
    Encoder,

    /// <summary>Tokens to mel.</summary>
    Decoder,
}
