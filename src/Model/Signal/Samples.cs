using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace AudioBsq.Signal;

/// <summary>The check that every waveform passes before arithmetic is done on it.</summary>
internal static class Samples
{
    private const float Loudest = 1e10f; // leaves the powers of the longest transform finite in single precision

    /// <exception cref="ArgumentException">A sample is NaN, infinite or absurdly large.</exception>
    public static void Require(ReadOnlySpan<float> samples, [CallerArgumentExpression(nameof(samples))] string name = "")
    {
        if (samples.IsEmpty || TensorPrimitives.MaxMagnitude(samples) is var peak && MathF.Abs(peak) <= Loudest) return;
        int at = 0;
        while (MathF.Abs(samples[at]) <= Loudest) at++;
        throw new ArgumentException($"{name}[{at}] is {samples[at]}; samples must be finite and within ±1e10 (nominally ±1).", name);
    }
}
