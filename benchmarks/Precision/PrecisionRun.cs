using AudioBsq.Training;

namespace AudioBsq.Benchmarks.Precision;

/// <summary>One run.</summary>
/// <param name="Precision">Of matrix products in training.</param>
/// <param name="Seed">Of weights and crops.</param>
/// <param name="Curve">Every step.</param>
/// <param name="ValidationError">In dB, of the trained model in single precision.</param>
internal sealed record PrecisionRun(TrainingPrecision Precision, int Seed, IReadOnlyList<PrecisionStep> Curve, double ValidationError)
{
    /// <summary>Mean losses of ten parts of the run, or of each step where there are fewer.</summary>
    public double[] Parts => [.. Curve.Chunk(Math.Max(1, (Curve.Count + 9) / 10)).Select(part => part.Average(step => step.Loss))];

    /// <summary>Mean loss of the last part.</summary>
    public double LastLoss => Parts[^1];

    /// <summary>Median time of a step.</summary>
    public double Seconds => Curve.Select(step => step.Seconds).Order().ElementAt(Curve.Count / 2);
}
