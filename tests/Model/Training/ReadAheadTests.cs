using System.Collections;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using AudioBsq.Training;

namespace AudioBsq.Tests.Model.Training;

public sealed class ReadAheadTests
{
    [Theory]
    [InlineData(1, 1), InlineData(1, 1000), InlineData(7, 1), InlineData(7, 40), InlineData(1000, long.MaxValue)]
    public void Of_KeepsTheOrder(int maxArrays, long maxValues)
    {
        float[][] source = Arrays(500);

        Assert.Equal(source, ReadAhead.Of(source, maxArrays, maxValues));
    }

    [Theory]
    [InlineData(1, long.MaxValue), InlineData(3, long.MaxValue), InlineData(100, 12), InlineData(100, 1)]
    public void Of_NeverReadsMoreThanItsBoundAhead(int maxArrays, long maxValues)
    {
        var source = new Source(Enumerable.Repeat(new float[5], 60));
        int taken = 0;

        foreach (float[] array in ReadAhead.Of(source, maxArrays, maxValues))
        {
            taken++;
            // The next array may already be read while this one is used, so more arrays than the maximum are never ahead of it.
            long maxAhead = maxValues == long.MaxValue ? maxArrays : Math.Min(maxArrays, (maxValues + 4) / 5);
            Assert.InRange(source.Begun - taken, 0, maxAhead);
        }

        Assert.Equal(60, taken);
    }

    [Fact]
    public void Of_FillsItsQueueWhileNothingIsTaken()
    {
        using var full = new CountdownEvent(4);
        var source = new Source(Arrays(10)) { OnRead = _ => full.Signal() };
        using var arrays = ReadAhead.Of(source, 3, long.MaxValue).GetEnumerator();

        Assert.True(arrays.MoveNext());

        full.Wait(); // the one taken, and three that wait
        Assert.Equal(4, source.Begun);
    }

    [Fact]
    public void Of_ReadsOnAnotherThread_FromTheFirstUseOn()
    {
        var threads = new ConcurrentBag<int>();
        var source = new Source(Arrays(3)) { OnRead = _ => threads.Add(Environment.CurrentManagedThreadId) };
        var arrays = ReadAhead.Of(source, 2, 10);
        Assert.Empty(threads);

        Assert.Equal(3, arrays.Count());

        Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads);
        Assert.Equal(3, threads.Count);
    }

    [Theory, InlineData(0), InlineData(5)]
    public void Of_ThrowsWhatTheSourceThrew_InItsTurn(int position)
    {
        var source = new Source(Arrays(10)) { OnRead = i => FailAt(i, position) };
        var taken = new List<float[]>();

        var error = Assert.Throws<InvalidTimeZoneException>(() =>
        {
            foreach (float[] array in ReadAhead.Of(source, 100, long.MaxValue)) taken.Add(array);
        });

        Assert.Equal(position, taken.Count);
        Assert.Contains(nameof(FailAt), error.StackTrace);
        Assert.True(source.IsDisposed);
    }

    [Fact]
    public void Of_ThrowsWhatEnumeratingOrClosingTheSourceThrew()
    {
        Assert.Throws<NotSupportedException>(() => ReadAhead.Of(new Source(null!), 2, 10).Count());
        var source = new Source(Arrays(2)) { OnDispose = () => FailAt(1, 1) };
        Assert.Throws<InvalidTimeZoneException>(() => ReadAhead.Of(source, 9, 1000).Count());
        Assert.Throws<ArgumentException>(() => ReadAhead.Of([null!], 9, 1000).Count());
    }

    [Theory, InlineData(0), InlineData(1), InlineData(30)]
    public void Of_StopsAndClosesTheSource_WhenItsUserStops(int taken)
    {
        Thread? reader = null;
        var source = new Source(Endless()) { OnRead = _ => reader = Thread.CurrentThread };

        foreach (float[] array in ReadAhead.Of(source, 4, long.MaxValue))
        {
            if (--taken < 0) break;
        }

        Assert.True(source.IsDisposed);
        Assert.False(reader!.IsAlive);
    }

    [Fact]
    public void Of_StopsAndClosesTheSource_WhenItsUserFails()
    {
        var source = new Source(Endless());

        Assert.Throws<InvalidTimeZoneException>(() =>
        {
            foreach (float[] array in ReadAhead.Of(source, 4, long.MaxValue)) FailAt(0, 0);
        });

        Assert.True(source.IsDisposed);
    }

    [Fact]
    public void Of_StopsWaitingForASlowSource_WhenCancelled()
    {
        using var cancellation = new CancellationTokenSource();
        using var gate = new ManualResetEventSlim();
        Thread? reader = null;
        var source = new Source(Endless())
        {
            OnRead = i =>
            {
                reader = Thread.CurrentThread;
                if (i < 2) return;
                cancellation.Cancel();
                gate.Wait();
            },
        };
        cancellation.Token.Register(gate.Set);
        int taken = 0;

        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (float[] array in ReadAhead.Of(source, 4, long.MaxValue, cancellation.Token)) taken++;
        });

        Assert.InRange(taken, 0, 3);
        Assert.True(source.IsDisposed);
        Assert.False(reader!.IsAlive);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Of_CanBeEnumeratedAgain_AndManyTimesAtOnce()
    {
        float[][] source = Arrays(40);
        var arrays = ReadAhead.Of(source, 2, 9);

        float[][][] all = [.. Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(4).Select(_ => arrays.ToArray())];

        Assert.All(all, each => Assert.Equal(source, each));
    }

    [Theory, InlineData(0), InlineData(1), InlineData(3), InlineData(100)]
    public void Passes_AreOneStream_OfWhichTheNextIsReadBeforeItIsAskedFor(int ahead)
    {
        var begun = new ConcurrentQueue<int>();
        using var second = new ManualResetEventSlim();
        var data = new TrainingData(pass =>
        {
            begun.Enqueue(pass);
            if (pass == 3) second.Set();
            return Arrays(pass == 4 ? 0 : pass);
        });
        using (var passes = new ClipPasses(data, first: 2, ahead, default))
        {
            Assert.Equal(Arrays(2), passes.Next());
            if (ahead > 1) second.Wait();
            Assert.Equal(Arrays(3), passes.Next());
            Assert.Empty(passes.Next());
            Assert.Equal(Arrays(5), passes.Next());
            if (ahead == 0) Assert.Equal([2, 3, 4, 5], begun);
        }

        int stopped = begun.Count;
        Assert.Equal(Enumerable.Range(2, stopped), begun);
    }

    [Fact, Trait("Speed", "Slow")]
    public void Train_GivesTheSameWeights_HoweverFarItReadsAhead()
    {
        byte[] expected = Runs.Train(Runs.Options with { ReadAheadClips = 0 });

        foreach (int ahead in (int[])[1, 2, 64]) Assert.Equal(expected, Runs.Train(Runs.Options with { ReadAheadClips = ahead }));
    }

    [Fact, Trait("Speed", "Slow")]
    public void Train_GoesOnToTheSameWeights_WhereTheOtherPartReadAnotherWay()
    {
        string folder = TestData.NewFolder();
        var options = Runs.Everything with { ReportEvery = 1, Checkpoints = new CheckpointOptions { Folder = folder, Every = 2 } };
        foreach (var (stop, ahead) in new[] { (3, 0), (7, 64), (9, 1) })
        {
            using var cancellation = new CancellationTokenSource();
            void Cancel(TrainingProgress progress)
            {
                if (progress.Step >= stop) cancellation.Cancel();
            }

            var training = options with { ReadAheadClips = ahead };
            Assert.ThrowsAny<OperationCanceledException>(() =>
                Runs.Train(training, report: Cancel, cancellation: cancellation.Token));
        }

        Assert.Equal(Runs.Uninterrupted, Runs.Train(options));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Train_ThrowsWhatReadingThrew_AndReadsNoMore()
    {
        int read = 0;
        IEnumerable<float[]> Clips(int pass)
        {
            foreach (float[] clip in Runs.Clips)
            {
                if (++read == 8) throw new InvalidTimeZoneException("eighth");
                yield return clip;
            }
        }

        var data = new TrainingData(Clips);
        Assert.Equal("eighth", Assert.Throws<InvalidTimeZoneException>(() => Runs.Train(Runs.Options, data: data)).Message);
        Assert.Equal(8, read);
    }

    [Fact]
    public void Train_IsCancelled_WhileItWaitsForAClip()
    {
        using var cancellation = new CancellationTokenSource();
        IEnumerable<float[]> Clips(int pass)
        {
            yield return Runs.Clips[0];
            cancellation.Cancel();
            cancellation.Token.WaitHandle.WaitOne();
            while (true) yield return Runs.Clips[0];
        }

        var data = new TrainingData(Clips);
        Assert.ThrowsAny<OperationCanceledException>(() => Runs.Train(Runs.Options, data: data, cancellation: cancellation.Token));
    }

    // Array i has the value i, and i % 5 further values.
    private static float[][] Arrays(int count) => [.. Enumerable.Range(0, count).Select(i => (float[])[i, .. new float[i % 5]])];

    private static IEnumerable<float[]> Endless()
    {
        while (true) yield return [1];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FailAt(int i, int position)
    {
        if (i == position) throw new InvalidTimeZoneException();
    }

    /// <summary>Arrays that say when they are read and closed.</summary>
    private sealed class Source(IEnumerable<float[]> arrays) : IEnumerable<float[]>
    {
        private int _begun;

        public int Begun => Volatile.Read(ref _begun);

        public bool IsDisposed { get; private set; }

        public Action<int> OnRead { get; init; } = _ => { };

        public Action OnDispose { get; init; } = () => { };

        public IEnumerator<float[]> GetEnumerator() => arrays is null ? throw new NotSupportedException() : Read();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        private IEnumerator<float[]> Read()
        {
            try
            {
                foreach (float[] array in arrays)
                {
                    OnRead(Interlocked.Increment(ref _begun) - 1);
                    yield return array;
                }
            }
            finally
            {
                IsDisposed = true;
                OnDispose();
            }
        }
    }
}
