namespace AudioBsq.Tokens;

/// <summary>Everything that could be read of a token container.</summary>
/// <param name="Header">Describes the tokens.</param>
/// <param name="Samples">Samples of the original, or null where that is lost.</param>
/// <param name="Tokens">
/// In time order from the first step to the last that could be read; 0 where steps are missing.
/// </param>
/// <param name="Missing">The steps that are lost. Some may lie after the end of <paramref name="Tokens"/>.</param>
/// <param name="Damage">What is damaged, each a part of a sentence; empty for an intact container.</param>
public sealed record TokenSequence(
    TokenHeader Header, long? Samples, int[] Tokens, IReadOnlyList<StepRange> Missing, IReadOnlyList<string> Damage)
{
    /// <summary>Whether every byte is as it was written.</summary>
    public bool IsWhole => Damage.Count == 0;
}
