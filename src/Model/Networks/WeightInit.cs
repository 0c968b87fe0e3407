using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// Initial weights: normal with standard deviation 0.02 for weights inside blocks, position tables, the patch projection and the head; zero
/// for biases inside blocks. All others keep torch's default.
/// </summary>
internal static class WeightInit
{
    private const double Deviation = 0.02;

    public static Parameter NormalParameter(params long[] shape)
    {
        var parameter = Parameter(empty(shape));
        Fill(parameter);
        return parameter;
    }

    public static Linear Normal(Linear layer)
    {
        Fill(layer.weight!);
        return layer;
    }

    public static Linear NormalWithZeroBias(Linear layer)
    {
        Fill(layer.weight!);
        Clear(layer.bias!);
        return layer;
    }

    public static void Fill(Tensor weight)
    {
        using var scope = NewDisposeScope(); // in-place operations return a tensor too
        using var _ = no_grad();
        weight.normal_(0, Deviation);
    }

    private static void Clear(Tensor bias)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        bias.zero_();
    }
}
