using AudioBsq.Metrics;

namespace QuantizerComparison;

/// <summary>One training run, measured on speech of other speakers.</summary>
internal sealed record Result(string Setup, int Seed, ReconstructionMetrics Dev, TimeSpan Training);
