namespace AudioBsq.Benchmarks.Gpu;

/// <summary>How one step of the ladder went: a line of JSON from the process that climbs to the one that watches.</summary>
/// <param name="Step">Number of the step, from 0.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Text">What was found, or why it failed.</param>
/// <param name="Speeds">Measurements, for the table; none for most steps.</param>
internal sealed record LadderReport(int Step, LadderOutcome Outcome, string Text, IReadOnlyList<Speed>? Speeds = null);
