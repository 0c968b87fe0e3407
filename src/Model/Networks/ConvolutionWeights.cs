using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>The weights of a one-dimensional convolution, which the module that owns them applies.</summary>
internal sealed class ConvolutionWeights : Module
{
    private readonly Parameter weight, bias;

    public ConvolutionWeights(long outputs, long inputsPerGroup, long taps) : base(nameof(ConvolutionWeights))
    {
        weight = WeightInit.NormalParameter(outputs, inputsPerGroup, taps);
        bias = Parameter(zeros(outputs));
        RegisterComponents();
    }

    /// <summary>(outputs, inputs of a group, taps)</summary>
    public Parameter Weight => weight;

    /// <summary>(outputs)</summary>
    public Parameter Bias => bias;

    /// <summary>
    /// Copies weights (…, taps) into others of the same shape: tap k becomes tap k + <paramref name="later"/>. Taps past either end are
    /// lost, and those that nothing is copied to become zero.
    /// </summary>
    public static void CopyTaps(Tensor from, Tensor to, int later)
    {
        using var scope = NewDisposeScope();
        long kept = Math.Max(0, from.shape[^1] - Math.Abs(later));
        to.zero_();
        to.narrow(-1, Math.Max(later, 0), kept).copy_(from.narrow(-1, Math.Max(-later, 0), kept));
    }
}
