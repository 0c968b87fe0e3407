using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AudioBsq.Distributed;

/// <summary>
/// Adds the gradients of all ranks: in place where that takes moments, else in flat buckets. A bucket of a marked module is exchanged as
/// soon as its gradients are final, while the backward pass goes on with the modules before it (Li et al. 2020, "PyTorch Distributed",
/// section 3.2).
/// </summary>
internal sealed class GradientReduction(RankGroup group)
{
    private readonly List<Bucket> _started = [];
    private readonly HashSet<Parameter> _parameters = new(ReferenceEqualityComparer.Instance);

    /// <summary>
    /// Whether marked modules are exchanged during the backward pass: not before the last of several that add to the same gradients.
    /// </summary>
    public bool IsLastPass { get; set; }

    /// <summary>Whether exchanges run beside the backward pass, and not after it; measured without.</summary>
    public bool Overlaps { get; set; } = true;

    /// <summary>Marks the input of a module: when the backward pass comes here, the module's gradients are final.</summary>
    public Tensor Mark(Tensor input, nn.Module module) =>
        group.Size == 1 || group.IsImmediate || !is_grad_enabled() || !input.requires_grad ? input : Marked.apply(input, this, module);

    /// <summary>Waits until the gradients of these parameters are sums over all ranks.</summary>
    /// <exception cref="IOException">Another rank is gone.</exception>
    public void Finish(IEnumerable<Parameter> parameters)
    {
        if (group.Size == 1) return;
        group.ThrowIfFailed();
        if (group.IsImmediate)
        {
            SumInPlace(parameters);
            return;
        }

        Start(parameters.Where(parameter => !_parameters.Contains(parameter)));
        foreach (var bucket in _started)
        {
            group.Await(bucket.Exchange);
            bucket.Distribute();
        }

        _started.Clear();
        _parameters.Clear();
        IsLastPass = false;
    }

    private void SumInPlace(IEnumerable<Parameter> parameters)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var learned = parameters.Where(parameter => parameter.grad is not null).ToList();
        foreach (var parameter in learned)
        {
            if (!parameter.grad!.is_contiguous()) parameter.grad = parameter.grad.contiguous();
        }

        group.Sum([.. learned.Select(parameter => parameter.grad!)]);
    }

    private void Start(IEnumerable<Parameter> parameters)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var gradients = parameters.Select(parameter => (Parameter: parameter, Gradient: parameter.grad))
            .Where(pair => pair.Gradient is not null).ToList();
        if (gradients.Count == 0) return;
        var flat = cat([.. gradients.Select(pair => pair.Gradient!.flatten())]).DetachFromDisposeScope();
        _started.Add(new Bucket(flat, [.. gradients.Select(pair => pair.Parameter)], group.StartSum(flat)));
        foreach (var (parameter, _) in gradients) _parameters.Add(parameter);
    }

    private void Reached(nn.Module module)
    {
        if (!IsLastPass || !Overlaps) return;
        try
        {
            Start(module.parameters());
        }
        catch (Exception failure)
        {
            group.Fail(failure);
        }
    }

    private sealed record Bucket(Tensor Flat, Parameter[] Parameters, Exchange? Exchange)
    {
        // Gradients become parts of the bucket, without a copy.
        public void Distribute()
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            long at = 0;
            foreach (var parameter in Parameters)
            {
                parameter.grad = Flat.narrow(0, at, parameter.numel()).view(parameter.shape);
                at += parameter.numel();
            }

            Flat.Dispose();
        }
    }

    /// <summary>The identity, whose backward pass says that it was reached.</summary>
    private sealed class Marked : autograd.SingleTensorFunction<Marked>
    {
        public override string Name => nameof(Marked);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_data("reached", () => ((GradientReduction)vars[1]).Reached((nn.Module)vars[2]));
            return ((Tensor)vars[0]).alias();
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            ((Action)ctx.get_data("reached"))();
            return [grad_output.alias(), null!, null!];
        }
    }
}
