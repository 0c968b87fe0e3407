using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace AudioBsq.Signal;

/// <summary>The check that every waveform passes before arithmetic is done on it.</summary>
internal static class Samples
{
    private const float Loudest = 1e10f; // leaves the powers of the longest transform finite in single precision

    /// <summary>False where a sample is NaN, infinite or absurdly large.</summary>
    public static bool AreValid(ReadOnlySpan<float> samples) => samples.IsEmpty || MathF.Abs(TensorPrimitives.MaxMagnitude(samples)) <= Loudest;

    /// <param name="samples">What comes in.</param>
    /// <param name="name">What the message calls them.</param>
    /// <param name="before">Samples of the same waveform that came in earlier.</param>
    /// <exception cref="ArgumentException">A sample is NaN, infinite or absurdly large.</exception>
    public static void Require(ReadOnlySpan<float> samples, [CallerArgumentExpression(nameof(samples))] string name = "", long before = 0)
    {
        if (AreValid(samples)) return;
        int at = 0;
        while (MathF.Abs(samples[at]) <= Loudest) at++;
        string place = before == 0 ? "" : $", sample {before + at} of the waveform,";
        throw new ArgumentException($"{name}[{at}]{place} is {samples[at]}; samples must be finite and within ±1e10 (nominally ±1).", name);
    }
}
