using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// A convolution of images, with torch's initial weights. Where the channels do not fill vectors it is a product of matrices
/// (Chellapilla et al. 2006, "High Performance Convolutional Neural Networks for Document Processing", section 2.1): what oneDNN in
/// libtorch 2.10 computes for such convolutions, and above all the gradient of their input, can be wrong by half, or NaN.
/// </summary>
internal sealed class ImageConvolution : Module<Tensor, Tensor>
{
    private readonly Parameter weight, bias;
    private readonly (long Rows, long Columns) _kernel, _stride, _padding;

    public ImageConvolution(
        int from, int to, (long Rows, long Columns) kernel, (long Rows, long Columns) stride, (long Rows, long Columns) padding)
        : base(nameof(ImageConvolution))
    {
        using var scope = NewDisposeScope(); // initialisation leaves tensors behind
        (_kernel, _stride, _padding) = (kernel, stride, padding);
        using var initial = Conv2d(from, to, kernel, stride, padding, (1, 1));
        weight = Parameter(initial.weight!.detach().clone().DetachFromDisposeScope());
        bias = Parameter(initial.bias!.detach().clone().DetachFromDisposeScope());
        RegisterComponents();
    }

    /// <summary>Whether so many channels fill vectors of every processor.</summary>
    public static bool FillsVectors(long channels) => channels % 16 == 0;

    /// <summary>(to, from, rows, columns)</summary>
    public Parameter Weight => weight;

    /// <summary>(batch, from, rows, columns) → (batch, to, rows, columns), in the type of <see cref="ComputeType"/></summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var type = ComputeType.Current ?? x.dtype;
        var (input, weights, offset) = (x.to(type), weight.to(type), bias.to(type));
        var y = FillsVectors(weight.shape[0]) && FillsVectors(weight.shape[1])
            ? functional.conv2d(input, weights, offset, [_stride.Rows, _stride.Columns], [_padding.Rows, _padding.Columns], [1, 1])
            : Product(input, weights, offset);
        return y.MoveToOuterDisposeScope();
    }

    private Tensor Product(Tensor x, Tensor weights, Tensor offset)
    {
        var patches = functional.unfold(x, _kernel, padding: _padding, stride: _stride).transpose(1, 2); // (batch, places, values)
        var y = functional.linear(patches, weights.flatten(1), offset);
        long rows = (x.shape[2] + 2 * _padding.Rows - _kernel.Rows) / _stride.Rows + 1;
        // Channels stay the innermost axis, which makes the stages that follow faster.
        return y.reshape(x.shape[0], rows, -1, y.shape[2]).permute(0, 3, 1, 2);
    }
}
