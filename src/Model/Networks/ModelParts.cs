namespace AudioBsq;

/// <summary>Halves of a model that can be saved by themselves.</summary>
[Flags]
internal enum ModelParts
{
    /// <summary>Mel to tokens.</summary>
    Encoder = 1,

    /// <summary>Tokens to mel.</summary>
    Decoder = 2,

    /// <summary>The whole model.</summary>
    All = Encoder | Decoder,
}
