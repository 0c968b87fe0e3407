using System.Numerics.Tensors;

namespace AudioBsq.Vocoding;

/// <summary>A predicted spectrum in arrays: real and imaginary parts, each (frames, bins).</summary>
internal sealed record SpectrumRows(float[] Re, float[] Im)
{
    /// <summary>No frames.</summary>
    public static SpectrumRows Empty { get; } = new([], []);

    /// <summary>From log magnitude, and cosine and sine of the phase, each (frames, bins).</summary>
    public static SpectrumRows Of(float[] logMagnitude, float[] cosine, float[] sine)
    {
        float[] magnitude = new float[logMagnitude.Length];
        TensorPrimitives.Exp(logMagnitude, magnitude);
        TensorPrimitives.Multiply(magnitude, cosine, cosine);
        TensorPrimitives.Multiply(magnitude, sine, sine);
        return new SpectrumRows(cosine, sine);
    }

    /// <summary>Some of the frames.</summary>
    public SpectrumRows Slice(int first, int count, int bins) =>
        new(Re[(first * bins)..((first + count) * bins)], Im[(first * bins)..((first + count) * bins)]);

    /// <summary>These frames and others after them.</summary>
    public SpectrumRows Append(SpectrumRows next) => new([.. Re, .. next.Re], [.. Im, .. next.Im]);
}
