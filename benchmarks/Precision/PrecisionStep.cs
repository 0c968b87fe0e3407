namespace AudioBsq.Benchmarks.Precision;

/// <summary>One step: loss, mean absolute error in dB, norm of the gradients before clipping, wall time.</summary>
internal sealed record PrecisionStep(double Loss, double Error, double GradientNorm, double Seconds);
