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
}
