using static TorchSharp.torch;

namespace AudioBsq.Vocoding;

/// <summary>A predicted spectrum, each tensor (batch, bins, frames).</summary>
/// <param name="LogMagnitude">Natural logarithm of the magnitude.</param>
/// <param name="Cosine">Cosine of the phase angle.</param>
/// <param name="Sine">Sine of the phase angle.</param>
internal sealed record VocoderSpectrum(Tensor LogMagnitude, Tensor Cosine, Tensor Sine)
{
    /// <summary>The spectrum as complex values.</summary>
    public Tensor ToComplex()
    {
        using var scope = NewDisposeScope();
        var magnitude = LogMagnitude.exp();
        return complex(magnitude * Cosine, magnitude * Sine).MoveToOuterDisposeScope();
    }

    /// <summary>The same, with tensors that outlive the innermost dispose scope.</summary>
    public VocoderSpectrum MoveToOuterDisposeScope() =>
        new(LogMagnitude.MoveToOuterDisposeScope(), Cosine.MoveToOuterDisposeScope(), Sine.MoveToOuterDisposeScope());
}
