using AudioBsq.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AudioBsq.Networks;

/// <summary>
/// The matrix products of a linear layer, by torch or by oneDNN, whichever is faster. Its gradients have none themselves
/// (<see cref="BackwardCallback"/>).
/// </summary>
internal static class LinearProduct
{
    private const int MinRows = 32; // for fewer, torch is as fast

    /// <summary>x (…, inputs) · weightᵀ + bias</summary>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias)
    {
        if (!IsForOneDnn(x)) return functional.linear(x, weight, bias);
        bool learns = is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias?.requires_grad == true);
        return learns ? Differentiable.apply(x, weight, bias!) : OneDnn.Linear(x, weight, bias);
    }

    /// <summary>Applies a layer.</summary>
    public static Tensor Apply(Tensor x, Linear layer) => Apply(x, layer.weight!, layer.bias);

    private static bool IsForOneDnn(Tensor x) =>
        x.dtype == ScalarType.Float32 && x.device_type == DeviceType.CPU && x.numel() / x.shape[^1] >= MinRows && OneDnn.IsFaster;

    private static Tensor?[] Backward(Tensor x, Tensor weight, bool hasBias, Tensor gradient)
    {
        gradient = gradient.flatten(0, -2);
        var ofX = x.requires_grad ? OneDnn.Linear(gradient, weight.t(), null).view(x.shape) : null;
        var ofWeight = weight.requires_grad ? TransposedProduct(gradient, x.flatten(0, -2)) : null;
        var ofBias = hasBias ? gradient.sum(dim: 0) : null;
        return [ofX, ofWeight, ofBias];
    }

    // aᵀ · b; the operator copies its transposed first factor, so that is the narrower one.
    private static Tensor TransposedProduct(Tensor a, Tensor b) =>
        a.shape[1] <= b.shape[1] ? OneDnn.Linear(a.t(), b.t(), null) : OneDnn.Linear(b.t(), a.t(), null).t();

    private sealed class Differentiable : autograd.SingleTensorFunction<Differentiable>
    {
        public override string Name => nameof(LinearProduct);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, weight, bias) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor?)vars[2]);
            ctx.save_for_backward([x, weight]);
            ctx.save_data("bias", bias is not null);
            return OneDnn.Linear(x, weight, bias);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            bool hasBias = (bool)ctx.get_data("bias");
            return BackwardCallback.Run(ctx, grad_output, 3, saved => Backward(saved[0], saved[1], hasBias, grad_output));
        }
    }
}
