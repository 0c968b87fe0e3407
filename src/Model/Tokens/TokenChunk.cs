namespace AudioBsq.Tokens;

/// <summary>Tokens of some time steps, as a token container keeps them together.</summary>
/// <param name="Steps">The time steps.</param>
/// <param name="Tokens">In time order, within a step from low to high bands.</param>
public sealed record TokenChunk(StepRange Steps, ReadOnlyMemory<int> Tokens);
