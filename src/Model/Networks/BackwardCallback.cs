using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>
/// Runs our part of a backward pass, which torch calls. Call <see cref="ThrowIfFailed"/> after each backward pass.
/// </summary>
internal static class BackwardCallback
{
    // What the last call returned. Torch has its own references then, so these need not wait for the caller's scope to end.
    [ThreadStatic]
    private static List<Tensor>? _returned;

    [ThreadStatic]
    private static ExceptionDispatchInfo? _failure;

    /// <summary>Computes the gradients of the inputs, zeros if that fails, and disposes the gradient of the output.</summary>
    /// <param name="context">What the forward pass saved: tensors of the shapes of the first inputs.</param>
    /// <param name="gradient">The gradient of the output.</param>
    /// <param name="inputs">Their number.</param>
    /// <param name="compute">Saved tensors → a gradient, or null, for each input.</param>
    public static List<Tensor> Run(autograd.AutogradContext context, Tensor gradient, int inputs, Func<List<Tensor>, Tensor?[]> compute)
    {
        _returned?.ForEach(tensor => tensor.Dispose());
        using var scope = NewDisposeScope();
        var saved = context.get_saved_variables();
        Tensor?[] gradients;
        try
        {
            gradients = compute(saved);
        }
        catch (Exception failure)
        {
            _failure ??= ExceptionDispatchInfo.Capture(failure);
            gradients = [.. Enumerable.Range(0, inputs).Select(i => i < saved.Count ? zeros_like(saved[i]) : null)];
        }

        _returned = [.. gradients.OfType<Tensor>().Select(tensor => tensor.MoveToOuterDisposeScope())];
        gradient.Dispose();
        return [.. gradients.Select(each => each!)];
    }

    /// <summary>Throws the exception of the backward pass: thrown there, it would end the process.</summary>
    public static void ThrowIfFailed()
    {
        var failure = _failure;
        _failure = null;
        failure?.Throw();
    }
}
