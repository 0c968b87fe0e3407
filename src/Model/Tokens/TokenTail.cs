namespace AudioBsq.Tokens;

/// <summary>What the tail of a token container says.</summary>
/// <param name="Header">The facts, without name and metadata.</param>
/// <param name="Samples">Samples of the original.</param>
/// <param name="Chunks">Number of chunks.</param>
internal readonly record struct TokenTail(TokenHeader Header, long Samples, uint Chunks);
