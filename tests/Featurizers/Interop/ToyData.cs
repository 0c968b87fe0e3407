using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers.Interop;

/// <summary>Rows for the toy: a number, a name, and the vector that the toy multiplies.</summary>
public sealed class ToyRow
{
    public int Number { get; set; }

    public string Name { get; set; } = "";

    public float[] X { get; set; } = [];
}

/// <summary>What the toy gives.</summary>
public sealed class ToyResult
{
    public int Number { get; set; }

    public string Name { get; set; } = "";

    public float[] Y { get; set; } = [];
}

/// <summary>Makes rows and toys.</summary>
internal static class ToyData
{
    /// <summary>Rows 0 to <paramref name="count"/> − 1; row i has a vector that begins with i + 100 and has i % 3 more values.</summary>
    public static List<ToyRow> Rows(int count) =>
        [
            .. Enumerable.Range(0, count).Select(
                i => new ToyRow { Number = i, Name = $"row {i}", X = [i + 100, .. Enumerable.Repeat(0.5f, i % 3)] }),
        ];

    public static IDataView View(this MLContext ml, int count) => ml.Data.LoadFromEnumerable(Rows(count));

    public static ToyTransformer Toy(
        this MLContext ml, int batchSize = 1, int maxCursors = int.MaxValue, float factor = 2, string output = "Y", string input = "X",
        bool readsAhead = false) =>
        new(ml, new(new(factor)), output, input, new() { BatchSize = batchSize, MaxCursors = maxCursors, ReadsAhead = readsAhead });

    /// <summary>What the toy gives for <see cref="Rows"/>, in order.</summary>
    public static void AssertDoubled(IEnumerable<ToyResult> actual, IEnumerable<int> numbers)
    {
        var list = actual.ToList();
        Assert.Equal(numbers, list.Select(row => row.Number));
        foreach (var row in list)
        {
            Assert.Equal($"row {row.Number}", row.Name);
            Assert.Equal([2f * (row.Number + 100), .. Enumerable.Repeat(1f, row.Number % 3)], row.Y);
        }
    }

    public static IEnumerable<ToyResult> Results(this MLContext ml, IDataView data) =>
        ml.Data.CreateEnumerable<ToyResult>(data, reuseRowObject: false);

    /// <summary>The numbers that a cursor serves, each of which must have the doubled values; disposes the cursor.</summary>
    public static List<int> Numbers(this IDataView output, DataViewRowCursor cursor)
    {
        using var _ = cursor;
        var numbers = new List<int>();
        var (number, y) = (cursor.GetGetter<int>(output.Schema["Number"]), cursor.GetGetter<VBuffer<float>>(output.Schema["Y"]));
        int n = 0;
        VBuffer<float> values = default;
        while (cursor.MoveNext())
        {
            number(ref n);
            y(ref values);
            Assert.Equal(2f * (n + 100), values.GetItemOrDefault(0));
            numbers.Add(n);
        }

        return numbers;
    }

    public static DataViewRowCursor OpenAll(this IDataView data, Random? rand = null) => data.GetRowCursor(data.Schema, rand);

    /// <summary>The ids of all rows, in the order in which a cursor serves them.</summary>
    public static List<(ulong Low, ulong High)> Ids(this IDataView data, Random? rand = null)
    {
        using var cursor = data.OpenAll(rand);
        var read = cursor.GetIdGetter();
        var ids = new List<(ulong, ulong)>();
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            read(ref id);
            ids.Add((id.Low, id.High));
        }

        return ids;
    }
}
