using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Text;
using AudioBsq.Native;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Distributed;

/// <summary>
/// The ranks that train one model together, as one of them sees them. All do the same steps, each with its part of every batch; the losses
/// of the ranks add up to the loss of the whole batch, and so do the gradients. A thread of its own exchanges numbers, in the order in
/// which the training thread asks for it, or that one does where it takes moments.
/// </summary>
internal sealed class RankGroup : IDisposable
{
    [ThreadStatic]
    private static RankGroup? _ofThread;

    private static RankGroup? _ofProcess;

    private readonly ICommunicator _communicator;
    private readonly BlockingCollection<Exchange> _queue = [];
    private readonly Thread? _exchanging;
    private ExceptionDispatchInfo? _failure;
    private bool _isAborted;

    public RankGroup(ICommunicator communicator)
    {
        _communicator = communicator;
        Gradients = new GradientReduction(this);
        if (Size == 1 || communicator.IsImmediate) return;
        _exchanging = new Thread(Work) { IsBackground = true, Name = "exchange with other ranks" };
        _exchanging.Start();
    }

    /// <summary>A group of one.</summary>
    public static RankGroup Alone { get; } = new(new LocalCommunicator());

    /// <summary>The group of this thread; a group of one where there is none.</summary>
    public static RankGroup Current => _ofThread ?? _ofProcess ?? Alone;

    public string Name => _communicator.Name;

    public int Rank => _communicator.Rank;

    public int Size => _communicator.Size;

    public bool IsFirst => Rank == 0;

    /// <inheritdoc cref="ICommunicator.IsImmediate"/>
    public bool IsImmediate => _communicator.IsImmediate;

    /// <summary>Adds the gradients of all ranks.</summary>
    public GradientReduction Gradients { get; }

    /// <summary>Makes a group that of all threads of the process; null for none.</summary>
    public static void UseInProcess(RankGroup? group) => _ofProcess = group;

    /// <summary>Makes this the group of this thread until the result is disposed.</summary>
    public Former Use()
    {
        var former = new Former(_ofThread);
        _ofThread = this;
        return former;
    }

    /// <summary>Which of so many things are this rank's: from where, and how many.</summary>
    public (int Start, int Count) PartOf(int count)
    {
        int start = (int)((long)count * Rank / Size), end = (int)((long)count * (Rank + 1) / Size);
        return (start, end - start);
    }

    /// <summary>Whether the number of a thing, from 0, is one of this rank's where they are dealt out in turn.</summary>
    public bool Has(int number) => number % Size == Rank;

    /// <summary>Replaces a contiguous tensor by its sum over all ranks.</summary>
    public void Sum(Tensor tensor) => Await(StartSum(tensor));

    /// <summary>The same for several tensors on the processor.</summary>
    public void Sum(IReadOnlyList<Tensor> tensors)
    {
        if (Size > 1) Enqueue(() => _communicator.Sum(tensors)).Await();
    }

    /// <summary>Begins to replace a contiguous tensor by its sum over all ranks; it must stay alive until <see cref="Await"/>.</summary>
    public Exchange? StartSum(Tensor tensor)
    {
        if (Size == 1) return null;
        if (tensor.device_type != TorchSharp.DeviceType.CPU)
        {
            _communicator.StartSum(tensor);
            return null;
        }

        return Enqueue(() => _communicator.Sum(tensor));
    }

    /// <summary>Waits for an exchange; null is one that torch waits for.</summary>
    public void Await(Exchange? exchange)
    {
        exchange?.Await();
        if (exchange is null && Size > 1) _communicator.Join();
    }

    /// <summary>The sums of numbers over all ranks.</summary>
    public double[] Sum(params double[] values)
    {
        if (Size == 1) return values;
        using var scope = NewDisposeScope();
        var sums = tensor(values, ScalarType.Float64);
        Sum(sums);
        return sums.ToValues<double>();
    }

    /// <summary>The numbers of all ranks, one rank after another; each must be below 2⁵³.</summary>
    public long[] Gather(long[] numbers)
    {
        if (Size == 1) return numbers;
        double[] counts = new double[Size];
        counts[Rank] = numbers.Length;
        counts = Sum(counts);
        double[] all = new double[(int)counts.Sum()];
        int start = (int)counts[..Rank].Sum();
        for (int i = 0; i < numbers.Length; i++) all[start + i] = numbers[i];
        return Array.ConvertAll(Sum(all), number => (long)number);
    }

    /// <summary>The sum of a tensor over all ranks, through which gradients pass.</summary>
    public Tensor SumWithGradient(Tensor x) => Size == 1 ? x : SumOverRanks.apply(x, this);

    /// <summary>
    /// This rank's part of a mean over the batches of all ranks: the parts of all ranks add up to it.
    /// </summary>
    /// <param name="mean">The mean over this rank's batch.</param>
    /// <param name="weight">The sum of weights, or the number of values, that it is the mean of.</param>
    public Tensor PartOfMean(Tensor mean, Tensor weight)
    {
        if (Size == 1) return mean;
        using var scope = NewDisposeScope();
        var own = weight.detach().to(mean.dtype);
        var all = own.clone();
        Sum(all);
        return (mean * (own / all.clamp(min: Scalar(1e-30)))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="PartOfMean(Tensor, Tensor)"/>
    public Tensor PartOfMean(Tensor mean, double weight) =>
        Size == 1 ? mean : PartOfMean(mean, full([], Scalar(weight), mean.dtype, mean.device)); // the same exchange as above

    /// <summary>The mean over the batches of all ranks, without gradients, of the mean over this rank's.</summary>
    public Tensor Mean(Tensor mean, double weight)
    {
        if (Size == 1) return mean;
        using var scope = NewDisposeScope();
        var sum = PartOfMean(mean.detach(), weight).clone();
        Sum(sum);
        return sum.MoveToOuterDisposeScope();
    }

    /// <summary>Gives the tensors of rank 0 to all ranks.</summary>
    public void Broadcast(IEnumerable<Tensor> tensors)
    {
        if (Size == 1) return;
        using var _ = no_grad();
        foreach (var target in tensors)
        {
            using var scope = NewDisposeScope();
            var values = target.contiguous();
            if (values.device_type == TorchSharp.DeviceType.CPU) Enqueue(() => _communicator.Broadcast(values)).Await();
            else _communicator.Broadcast(values);
            if (!target.is_contiguous()) target.copy_(values);
        }
    }

    /// <summary>The text of rank 0.</summary>
    public string Broadcast(string text)
    {
        if (Size == 1) return text;
        using var scope = NewDisposeScope();
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var length = tensor(new long[] { bytes.Length });
        Broadcast([length]);
        var content = zeros([length.item<long>()], ScalarType.Byte);
        if (IsFirst) bytes.CopyTo(content.Values<byte>());
        Broadcast([content]);
        return Encoding.UTF8.GetString(content.Values<byte>());
    }

    /// <summary>Waits until all ranks are here.</summary>
    public void Wait() => Sum(0.0);

    /// <summary>Stops if the token of any rank is cancelled, so that all ranks stop at the same step.</summary>
    /// <exception cref="OperationCanceledException">One was.</exception>
    public void ThrowIfCancelled(CancellationToken cancellation)
    {
        if (Size == 1) cancellation.ThrowIfCancellationRequested();
        else if (Sum(cancellation.IsCancellationRequested ? 1.0 : 0)[0] > 0) throw new OperationCanceledException(cancellation);
    }

    /// <summary>Keeps an exception of a backward pass, where throwing it would end the process.</summary>
    public void Fail(Exception failure) => _failure ??= ExceptionDispatchInfo.Capture(failure);

    /// <summary>Throws what <see cref="Fail"/> kept.</summary>
    public void ThrowIfFailed()
    {
        var failure = _failure;
        _failure = null;
        failure?.Throw();
    }

    /// <summary>Leaves the job without waiting for the other ranks, because this one cannot go on.</summary>
    public void Abort()
    {
        _isAborted = true;
        _communicator.Abort();
    }

    public void Dispose()
    {
        _queue.CompleteAdding();
        if (!_isAborted) // otherwise the thread may wait for a rank that never comes, and ends with the process
        {
            _exchanging?.Join();
            _queue.Dispose();
        }

        _communicator.Dispose();
    }

    private Exchange Enqueue(Action run)
    {
        var exchange = new Exchange(run);
        if (_communicator.IsImmediate) exchange.Run();
        else _queue.Add(exchange);
        return exchange;
    }

    private void Work()
    {
        foreach (var exchange in _queue.GetConsumingEnumerable()) exchange.Run();
    }

    /// <summary>Restores the thread's former group when disposed.</summary>
    public readonly struct Former(RankGroup? group) : IDisposable
    {
        public void Dispose() => _ofThread = group;
    }
}
