using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>
/// A way to keep less between the forward and the backward pass of training than torch would. It serves one device. Call
/// <see cref="ThrowIfFailed"/> after each backward pass.
/// </summary>
internal abstract class ActivationMemory
{
    [ThreadStatic]
    private static bool _again;

    private readonly List<Tensor> _given = [];
    private ExceptionDispatchInfo? _failure;

    /// <summary>The gradient for what a function kept: one tensor or null for each of its arguments.</summary>
    protected delegate List<Tensor?> Gradients(List<Tensor> kept, Tensor gradient);

    /// <summary>True while this thread computes something for the second time: running statistics have seen the batch already.</summary>
    public static bool IsSecondTime => _again;

    /// <summary>(batch, positions, width) → (batch, positions, width). <paramref name="seed"/> starts the block's random numbers, where it has any.</summary>
    public abstract Tensor Run(TransformerBlock block, Tensor x, PositionMask mask, int? seed);

    /// <summary>An exception inside torch's backward pass would end the process, so it waits here.</summary>
    public void ThrowIfFailed()
    {
        Forget();
        var failure = _failure;
        _failure = null;
        failure?.Throw();
    }

    /// <summary>
    /// The backward pass of a function. What it kept, and gradients that torch has taken over, are freed at once: TorchSharp alone would
    /// hold them until the whole pass is over, and nothing would be saved.
    /// </summary>
    /// <param name="context">Where the function kept its tensors.</param>
    /// <param name="gradient">Of its result; freed here.</param>
    /// <param name="arguments">How many it has; what it kept first is the first of them.</param>
    /// <param name="compute">Gradients for its arguments; called in a dispose scope, with gradients enabled.</param>
    protected List<Tensor> Backward(autograd.AutogradContext context, Tensor gradient, int arguments, Gradients compute)
    {
        Forget();
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        List<Tensor?> given = [.. new Tensor?[arguments]];
        List<Tensor> kept = [];
        try
        {
            _again = true;
            kept = context.get_saved_variables();
            if (!gradient.IsInvalid) given = compute(kept, gradient);
        }
        catch (Exception failure)
        {
            _failure ??= ExceptionDispatchInfo.Capture(failure);
            if (kept.Count > 0) given[0] = zeros_like(kept[0]);
        }
        finally
        {
            _again = false;
            gradient.Dispose();
            context.Dispose();
        }

        _given.AddRange(given.OfType<Tensor>().Select(tensor => tensor.DetachFromDisposeScope()));
        return given!;
    }

    // torch took them over when the function that gave them had returned.
    private void Forget()
    {
        foreach (var tensor in _given) tensor.Dispose();
        _given.Clear();
    }
}
