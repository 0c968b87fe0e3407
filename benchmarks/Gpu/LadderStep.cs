namespace AudioBsq.Benchmarks.Gpu;

/// <summary>One step of the ladder.</summary>
/// <param name="Name">What is tried.</param>
/// <param name="Run">Does it; returns what to say of it, or throws.</param>
/// <param name="IsNeeded">Whether all later steps would fail without it.</param>
internal sealed record LadderStep(string Name, Func<LadderFinding> Run, bool IsNeeded = false);
