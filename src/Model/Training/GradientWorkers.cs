using System.Runtime.ExceptionServices;
using AudioBsq.Distributed;
using AudioBsq.Native;
using AudioBsq.Networks;
using static TorchSharp.torch;

namespace AudioBsq.Training;

/// <summary>
/// Threads that compute the gradients of a step together, each for its part of the batch: the operations of a small network are too short
/// to be divided among threads one by one. They are the ranks of a group, with the weights of one network.
/// </summary>
internal sealed class GradientWorkers<TPass> : IDisposable where TPass : IGradientPass
{
    private readonly TPass _first;
    private readonly RankGroup _group; // of the thread that calls
    private readonly List<GradientWorker<TPass>> _others = [];

    /// <param name="first">The pass of the thread that calls. Its weights are those of all, and its gradients their sum.</param>
    /// <param name="twin">Makes another one with weights of the same shapes.</param>
    /// <param name="count">Threads, with the one that calls.</param>
    public GradientWorkers(TPass first, Func<TPass> twin, int count)
    {
        var groups = Array.ConvertAll(ThreadCommunicator.Connect(count), communicator => new RankGroup(communicator));
        (_first, _group) = (first, groups[0]);
        using var omission = WeightInit.Omit(); // the first one's are shared
        foreach (var group in groups[1..]) _others.Add(new GradientWorker<TPass>(first, twin(), group));
    }

    /// <summary>Threads, with the one that calls.</summary>
    public int Count => _group.Size;

    /// <summary>Runs the same on all threads, each as a rank of their group, and adds their gradients.</summary>
    public T Run<T>(Func<TPass, T> compute)
    {
        int threads = Math.Max(1, get_num_threads() / _group.Size);
        using var _ = TorchThreads.Use(threads);
        Exchange[] running = [.. _others.Select(worker => worker.Start(compute, threads))];
        T? result = default;
        var own = new Exchange(() => result = Compute(_first, _group, compute));
        own.Run();
        Exception[] failures = [.. running.Prepend(own).Select(FailureOf).OfType<Exception>()];
        if (failures.Length == 0) return result!;
        ExceptionDispatchInfo.Throw(failures.FirstOrDefault(failure => failure is not IOException) ?? failures[0]); // not what ended a wait
        return default;
    }

    public void Dispose()
    {
        foreach (var worker in _others) worker.Dispose();
        _group.Dispose();
    }

    /// <summary>One thread's part.</summary>
    public static T Compute<T>(TPass pass, RankGroup group, Func<TPass, T> compute)
    {
        using var scope = NewDisposeScope();
        using var _ = group.Use();
        try
        {
            var result = compute(pass);
            group.Gradients.Finish(pass.Parameters());
            return result;
        }
        catch
        {
            group.Abort(); // the others would wait for this one
            throw;
        }
    }

    private static Exception? FailureOf(Exchange work)
    {
        try
        {
            work.Await();
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }
}
