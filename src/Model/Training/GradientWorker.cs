using System.Collections.Concurrent;
using AudioBsq.Distributed;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>A thread of <see cref="GradientWorkers{TPass}"/>, with networks of its own that share the weights of the first.</summary>
internal sealed class GradientWorker<TPass> : IDisposable where TPass : IGradientPass
{
    private readonly TPass _first, _pass;
    private readonly RankGroup _group;
    private readonly BlockingCollection<Exchange> _work = [];
    private readonly Thread _thread;

    public GradientWorker(TPass first, TPass pass, RankGroup group)
    {
        (_first, _pass, _group) = (first, pass, group);
        using (no_grad())
        {
            foreach (var (own, shared) in pass.Parameters().Zip(first.Parameters())) own.set_(shared);
        }

        _thread = new Thread(Work) { IsBackground = true, Name = $"training, rank {group.Rank}" };
        _thread.Start();
    }

    /// <summary>Begins this thread's part of a step, for which torch may use so many threads.</summary>
    public Exchange Start<T>(Func<TPass, T> compute, int threads)
    {
        var work = new Exchange(() =>
        {
            set_num_threads(threads);
            CopyStatistics();
            GradientWorkers<TPass>.Compute(_pass, _group, compute);
        });
        _work.Add(work);
        return work;
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
        _group.Dispose();
        _pass.Dispose();
    }

    private void Work()
    {
        foreach (var work in _work.GetConsumingEnumerable()) work.Run();
    }

    // Running statistics are no weights: every thread updates its own, and all alike.
    private void CopyStatistics()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (own, first) in Buffers(_pass).Zip(Buffers(_first))) own.copy_(first);
    }

    private static IEnumerable<Tensor> Buffers(TPass pass) => pass.Modules.SelectMany(module => module.buffers());
}
