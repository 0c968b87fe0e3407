using AudioBsq.Tokens;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>The tokens of one clip, and where they were read.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="Place">Path of its sound, below the folder of results.</param>
/// <param name="Clip">The tokens; null where they are too many for memory.</param>
/// <param name="Content">The content of its container; null where it has none, or one that is too long for memory.</param>
/// <param name="Long">The container that is too long for memory.</param>
internal sealed record TokenInput(string Name, string Place, ClipTokens? Clip, TokenSequence? Content, LongContainer? Long = null)
{
    /// <summary>Length of its sound, at the model's rate.</summary>
    public long Samples => Clip?.Samples ?? Long!.Samples;

    /// <summary>Its tokens, part by part.</summary>
    public IEnumerable<int[]> Tokens => Clip is null ? Long!.Tokens() : [Clip.Tokens];

    /// <summary>Time steps whose tokens are lost.</summary>
    public IReadOnlyList<StepRange> Missing => Long?.Missing ?? Content?.Missing ?? [];

    /// <summary>What is damaged, each a part of a sentence.</summary>
    public IReadOnlyList<string> Damage => Long?.Damage ?? Content?.Damage ?? [];
}
