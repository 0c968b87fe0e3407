namespace AudioBsq.Tokens;

/// <summary>The tokens of one chunk of a token container.</summary>
/// <param name="Steps">The time steps.</param>
/// <param name="Tokens">In time order, within a step from low to high bands.</param>
public sealed record TokenChunk(StepRange Steps, ReadOnlyMemory<int> Tokens);
