using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace AudioBsq.Signal;

/// <summary>Checks that the samples of a waveform are finite, before any arithmetic.</summary>
internal static class Samples
{
    private const float MaxMagnitude = 1e10f; // keeps the powers of the longest transform finite in single precision

    /// <summary>False where a sample is NaN, infinite or absurdly large.</summary>
    public static bool AreValid(ReadOnlySpan<float> samples) =>
        samples.IsEmpty || MathF.Abs(TensorPrimitives.MaxMagnitude(samples)) <= MaxMagnitude;

    /// <param name="samples">The samples to check.</param>
    /// <param name="name">Their name in the message.</param>
    /// <param name="before">Earlier samples of the same waveform.</param>
    /// <exception cref="ArgumentException">A sample is NaN, infinite or absurdly large.</exception>
    public static void Require(ReadOnlySpan<float> samples, [CallerArgumentExpression(nameof(samples))] string name = "", long before = 0)
    {
        if (AreValid(samples)) return;
        int at = 0;
        while (MathF.Abs(samples[at]) <= MaxMagnitude) at++;
        string place = before == 0 ? "" : $", sample {before + at} of the waveform,";
        throw new ArgumentException($"{name}[{at}]{place} is {samples[at]}; samples must be finite and within ±1e10 (nominally ±1).", name);
    }
}
