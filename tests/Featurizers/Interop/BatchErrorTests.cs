using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Interop;

[WithoutTorch]
public class BatchErrorTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData(4, 0, false), InlineData(4, 1, false), InlineData(4, 2, false), InlineData(4, 5, false), InlineData(4, 6, false)]
    [InlineData(4, 0, true), InlineData(4, 1, true), InlineData(4, 2, true), InlineData(4, 5, true), InlineData(4, 6, true)]
    [InlineData(16, 9, false), InlineData(16, 9, true)]
    public void BadRow_IsThrownInItsTurn_AfterEveryRowBeforeIt(int batchSize, int bad, bool readsAhead)
    {
        var rows = ToyData.Rows(12);
        rows[bad].X[0] = 13;
        var input = new SplittableView(_ml.Data.LoadFromEnumerable(rows), defaultCursors: 1);
        var toy = _ml.Toy(batchSize, readsAhead: readsAhead);
        var output = toy.Transform(input);
        var served = new List<int>();

        using (var cursor = output.OpenAll())
        {
            var number = cursor.GetGetter<int>(output.Schema["Number"]);
            int n = 0;
            var error = Assert.Throws<InvalidDataException>(() =>
            {
                while (cursor.MoveNext())
                {
                    number(ref n);
                    served.Add(n);
                }
            });
            Assert.Equal("thirteen", error.Message);

            var again = Assert.Throws<InvalidOperationException>(() => cursor.MoveNext());
            Assert.Same(error, again.InnerException);
            Assert.Throws<InvalidOperationException>(() => number(ref n));
        }

        Assert.Equal(Enumerable.Range(0, bad), served);
        Assert.Equal(0, input.Alive);
        Assert.Equal((1, 1), toy.Sessions);
    }

    [Fact]
    public void FailedBatch_IsThrownAtItsFirstRow()
    {
        var rows = ToyData.Rows(12);
        rows[5].X[0] = 66;
        var toy = _ml.Toy(batchSize: 4);
        var output = toy.Transform(_ml.Data.LoadFromEnumerable(rows));

        using var cursor = output.OpenAll();
        int served = 0;
        Assert.Throws<InvalidDataException>(() =>
        {
            while (cursor.MoveNext()) served++;
        });

        Assert.Equal(3, served); // batches of 1, 2, and then 3 to 6
        Assert.Throws<InvalidOperationException>(() => cursor.MoveNext());
    }

    [Fact]
    public void BadRow_DoesNotHideTheNext_WhenRowsAreComputedOneByOne()
    {
        var rows = ToyData.Rows(3);
        rows[1].X[0] = 13;
        var output = _ml.Toy(batchSize: 1).Transform(_ml.Data.LoadFromEnumerable(rows));

        using var cursor = output.OpenAll();
        var y = cursor.GetGetter<VBuffer<float>>(output.Schema["Y"]);
        VBuffer<float> values = default;
        Assert.True(cursor.MoveNext());
        y(ref values);
        Assert.True(cursor.MoveNext());
        Assert.Throws<InvalidDataException>(() => y(ref values));
        Assert.True(cursor.MoveNext());
        y(ref values);

        Assert.Equal(204, values.GetItemOrDefault(0));
    }

    [Fact]
    public void InputThatCannotOpen_LeavesNothingOpen()
    {
        var input = new SplittableView(_ml.View(5), defaultCursors: 3);
        var mapper = new BatchMapper(
            input.Schema, [input.Schema["X"]], [new("Y", NumberDataViewType.Single)], (_, _) => throw new InvalidDataException("no"))
        {
            BatchSize = 4,
        };
        var view = new BatchDataView(input, mapper, "Toy");

        Assert.Throws<InvalidDataException>(() => view.GetRowCursor(view.Schema));
        Assert.Throws<InvalidDataException>(() => view.GetRowCursorSet(view.Schema, 3));

        Assert.Equal(0, input.Alive);
    }

    [Fact]
    public void MissingColumn_IsNamed()
    {
        var toy = _ml.Toy(input: "Absent");

        Assert.Contains("'Absent'", Assert.Throws<ArgumentOutOfRangeException>(() => toy.GetOutputSchema(_ml.View(1).Schema)).Message);
    }

    [Fact]
    public void WrongType_IsNamedWithTheRightOne()
    {
        var toy = _ml.Toy(input: "Name");
        var estimator = new ToyEstimator(_ml, new(new(2)), "Y", "Name", new());

        foreach (var error in new[]
                 {
                     Assert.Throws<ArgumentOutOfRangeException>(() => toy.Transform(_ml.View(1))),
                     Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Fit(_ml.View(1))),
                 })
        {
            Assert.Contains("'Name'", error.Message);
            Assert.Contains("vector of Single", error.Message);
            Assert.Contains("String", error.Message);
        }
    }
}
