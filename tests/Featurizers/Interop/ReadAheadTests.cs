using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Interop;

/// <summary>Rows that are read on another thread while earlier ones are computed.</summary>
[WithoutTorch]
public class ReadAheadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly MLContext _ml = new(seed: 1);

    [Theory, MemberData(nameof(BatchDataViewTests.Sizes), MemberType = typeof(BatchDataViewTests))]
    public void Rows_KeepTheirOrderIdsAndOtherColumns(int batchSize, int rows)
    {
        var toy = _ml.Toy(batchSize, readsAhead: true);
        var output = toy.Transform(_ml.View(rows));

        ToyData.AssertDoubled(_ml.Results(output), Enumerable.Range(0, rows));
        Assert.Equal(_ml.View(rows).GetColumn<int>("Number"), output.GetColumn<int>("Number"));
        Assert.Equal(rows, toy.Runs.Sum());
        Assert.Equal(_ml.View(rows).Ids(), output.Ids());
        Assert.Equal(toy.Sessions.Opened, toy.Sessions.Closed);
    }

    [Fact]
    public void NextRow_IsReadWhileABatchIsComputed()
    {
        using var read = new ManualResetEventSlim();
        var toy = _ml.Toy(batchSize: 4, readsAhead: true);
        bool ahead = false;
        toy.Running = () => ahead = read.Wait(Patience);
        var output = toy.Transform(_ml.Data.LoadFromEnumerable(Rows(2, number => read.Set())));

        using var cursor = output.OpenAll();
        Assert.True(cursor.MoveNext());

        Assert.True(ahead); // the second row set it, during the first one's batch
    }

    [Fact]
    public void Reading_StopsAfterOneBatch()
    {
        int read = 0;
        var output = _ml.Toy(batchSize: 4, readsAhead: true)
            .Transform(_ml.Data.LoadFromEnumerable(Rows(100, number => read = number)));

        using (var cursor = output.OpenAll())
        {
            for (int i = 0; i < 3; i++) Assert.True(cursor.MoveNext()); // batches of 1, 2, and 4 that are read ahead
        }

        Assert.InRange(read, 2, 6);
    }

    [Fact]
    public async Task Dispose_WaitsForTheRowThatIsBeingRead()
    {
        using ManualResetEventSlim reading = new(), goOn = new();
        var input = new SplittableView(
            _ml.Data.LoadFromEnumerable(Rows(9, number =>
            {
                reading.Set();
                goOn.Wait(Patience);
            })), defaultCursors: 1);
        var toy = _ml.Toy(batchSize: 4, readsAhead: true);
        var cursor = toy.Transform(input).OpenAll();
        Assert.True(cursor.MoveNext());
        Assert.True(reading.Wait(Patience));

        var disposal = Task.Run(cursor.Dispose);
        int alive = input.Alive;
        goOn.Set();
        await disposal;

        Assert.Equal((1, 0), (alive, input.Alive));
        Assert.Equal((1, 1), toy.Sessions);
    }

    [Fact]
    public void CursorSet_GivesEveryRowOnce_ReadByAThreadEach()
    {
        var output = _ml.Toy(batchSize: 4, readsAhead: true).Transform(new SplittableView(_ml.View(200), defaultCursors: 4));
        var cursors = output.GetRowCursorSet(output.Schema, 4);

        var numbers = cursors.AsParallel().WithDegreeOfParallelism(4).SelectMany(cursor => output.Numbers(cursor)).ToList();

        Assert.Equal(Enumerable.Range(0, 200), numbers.Order());
    }

    // Calls back before each row but the first.
    private static IEnumerable<ToyRow> Rows(int count, Action<int> reading)
    {
        foreach (var row in ToyData.Rows(count))
        {
            if (row.Number > 0) reading(row.Number);
            yield return row;
        }
    }
}
