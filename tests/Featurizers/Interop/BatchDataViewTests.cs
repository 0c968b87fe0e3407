using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Interop;

[WithoutTorch]
public class BatchDataViewTests
{
    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<int, int> Sizes =>
        new() { { 1, 0 }, { 1, 1 }, { 1, 10 }, { 4, 0 }, { 4, 1 }, { 4, 3 }, { 4, 7 }, { 4, 8 }, { 16, 100 }, { 64, 5 } };

    [Theory, MemberData(nameof(Sizes))]
    public void Rows_KeepTheirOrderAndOtherColumns(int batchSize, int rows)
    {
        var toy = _ml.Toy(batchSize);

        var results = _ml.Results(toy.Transform(_ml.View(rows)));

        ToyData.AssertDoubled(results, Enumerable.Range(0, rows));
        Assert.Equal(rows, toy.Runs.Sum());
        Assert.Equal(toy.Sessions.Opened, toy.Sessions.Closed);
    }

    [Fact]
    public void Batches_GrowFromOne()
    {
        var toy = _ml.Toy(batchSize: 16);

        _ = _ml.Results(toy.Transform(_ml.View(50))).Count();

        Assert.Equal([1, 2, 4, 8, 16, 16, 3], toy.Runs);
    }

    [Fact]
    public void TakeRows_PaysForNoFullBatch()
    {
        var toy = _ml.Toy(batchSize: 64);

        var first = _ml.Results(_ml.Data.TakeRows(toy.Transform(_ml.View(100)), 1));

        ToyData.AssertDoubled(first, [0]);
        Assert.Equal([1], toy.Runs);
    }

    [Theory, InlineData(1), InlineData(8)]
    public void OtherColumns_DoNotRunTheModel(int batchSize)
    {
        var toy = _ml.Toy(batchSize);
        var data = toy.Transform(_ml.View(20));

        var names = data.GetColumn<string>("Name").ToList();

        Assert.Equal(ToyData.Rows(20).Select(row => row.Name), names);
        Assert.Empty(toy.Runs);
        Assert.Equal((0, 0), toy.Sessions);
    }

    [Theory, InlineData(1), InlineData(8)]
    public void NewColumn_AloneCanBeRead(int batchSize)
    {
        var data = _ml.Toy(batchSize).Transform(_ml.View(9));

        var firsts = data.GetColumn<float[]>("Y").Select(y => y[0]);

        Assert.Equal(Enumerable.Range(0, 9).Select(i => 2f * (i + 100)), firsts);
    }

    [Fact]
    public void OneRowAtATime_ComputesNothingForRowsThatAFilterDrops()
    {
        var toy = _ml.Toy(batchSize: 1);
        var data = _ml.Data.FilterRowsByColumn(
            _ml.Transforms.Conversion.ConvertType("Number", outputKind: DataKind.Single).Fit(_ml.View(20)).Transform(_ml.View(20)),
            "Number",
            0,
            20);

        var filtered = _ml.Data.FilterRowsByColumn(toy.Transform(data), "Number", lowerBound: 5, upperBound: 8);

        Assert.Equal(3, filtered.GetColumn<float[]>("Y").Count());
        Assert.Equal([1, 1, 1], toy.Runs);
    }

    [Theory, InlineData(1), InlineData(4)]
    public void Ids_AreTheInputs(int batchSize)
    {
        var input = _ml.Data.Cache(_ml.View(11));
        var output = _ml.Toy(batchSize).Transform(input);

        Assert.Equal(input.Ids(), output.Ids());
        Assert.Equal(input.Ids(new Random(7)), output.Ids(new Random(7)));
        Assert.NotEqual(input.Ids(), output.Ids(new Random(7)));
    }

    [Theory, InlineData(1), InlineData(4)]
    public void Shuffling_GivesEveryRowOnce(int batchSize)
    {
        var output = _ml.Toy(batchSize).Transform(_ml.Data.Cache(_ml.View(40)));
        Assert.True(output.CanShuffle);

        var numbers = output.Numbers(output.OpenAll(new Random(3)));

        Assert.NotEqual(Enumerable.Range(0, 40), numbers);
        Assert.Equal(Enumerable.Range(0, 40), numbers.Order());
    }

    [Theory]
    [InlineData(1, int.MaxValue, 4), InlineData(4, 1, 4), InlineData(4, 2, 4), InlineData(4, 2, 0), InlineData(4, int.MaxValue, 3)]
    public void CursorSet_HoldsItsLimitAndGivesEveryRowOnce(int batchSize, int maxCursors, int wanted)
    {
        var input = new SplittableView(_ml.View(40), defaultCursors: 3);
        var output = _ml.Toy(batchSize, maxCursors).Transform(input);

        var cursors = output.GetRowCursorSet(output.Schema, wanted);

        Assert.InRange(cursors.Length, 1, maxCursors);
        var numbers = cursors.SelectMany(cursor => output.Numbers(cursor)).ToList();

        Assert.Equal(Enumerable.Range(0, 40), numbers.Order());
        Assert.Equal(0, input.Alive);
    }

    [Fact]
    public void CursorSet_IsNotLimited_WhenNothingIsComputed()
    {
        var output = _ml.Toy(batchSize: 4, maxCursors: 1).Transform(new SplittableView(_ml.View(40), defaultCursors: 3));

        var cursors = output.GetRowCursorSet([output.Schema["Name"]], 4);

        Assert.Equal(4, cursors.Length);
        foreach (var cursor in cursors) cursor.Dispose();
    }

    [Theory, InlineData(1), InlineData(4)]
    public void Cursor_CanBeDisposedEarlyAndTwice(int batchSize)
    {
        var input = new SplittableView(_ml.View(10), defaultCursors: 1);
        var toy = _ml.Toy(batchSize);
        var cursor = toy.Transform(input).GetRowCursor(toy.GetOutputSchema(input.Schema));
        Assert.True(cursor.MoveNext());

        cursor.Dispose();
        cursor.Dispose();

        Assert.Equal(0, input.Alive);
        Assert.Equal((1, 1), toy.Sessions);
        Assert.Throws<ObjectDisposedException>(() => cursor.MoveNext());
    }

    [Theory, InlineData(1), InlineData(4)]
    public void Getters_RefuseWhatIsNotThere(int batchSize)
    {
        var output = _ml.Toy(batchSize).Transform(_ml.View(3));
        using var cursor = output.GetRowCursor([output.Schema["Y"]]);

        Assert.Contains(
            "'Name' was not asked for",
            Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<ReadOnlyMemory<char>>(output.Schema["Name"])).Message);
        Assert.Contains("'Y' holds", Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<float>(output.Schema["Y"])).Message);
        VBuffer<float> values = default;
        var getter = cursor.GetGetter<VBuffer<float>>(output.Schema["Y"]);
        Assert.Contains("not on a row", Assert.Throws<InvalidOperationException>(() => getter(ref values)).Message);
        while (cursor.MoveNext()) getter(ref values);
        Assert.Contains("not on a row", Assert.Throws<InvalidOperationException>(() => getter(ref values)).Message);
        Assert.False(cursor.MoveNext());
        Assert.Equal(-1, cursor.Position);
    }

    [Fact]
    public void Cursor_RefusesColumnsOfAnotherSchema()
    {
        var output = _ml.Toy().Transform(_ml.View(3));
        var other = _ml.Toy(output: "Z").Transform(output);

        var error = Assert.Throws<ArgumentException>(() => output.GetRowCursor([other.Schema["Z"]]));

        Assert.Contains("'Z'", error.Message);
    }
}
