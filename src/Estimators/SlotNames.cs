using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>Columns of features whose slots have names, as ML.NET's tools show and weigh them by.</summary>
internal static class SlotNames
{
    private const int MaxNames = 65_536; // more are read by nobody

    /// <summary>A vector of features. The names are made when they are asked for.</summary>
    public static DataViewSchema.DetachedColumn Column(string name, int size, Func<IEnumerable<string>> names) =>
        OutputColumn.Create(name, new VectorDataViewType(NumberDataViewType.Single, size), annotations =>
        {
            if (size is 0 or > MaxNames) return;
            ValueGetter<VBuffer<ReadOnlyMemory<char>>> getter =
                (ref VBuffer<ReadOnlyMemory<char>> value) => value = new(size, [.. names().Select(one => one.AsMemory())]);
            annotations.Add("SlotNames", new VectorDataViewType(TextDataViewType.Instance, size), getter);
        });

    /// <summary>What names of things that are apart begin with: "row 1 ", "row 2 " and so on; nothing where they are together.</summary>
    public static IEnumerable<string> Apart(bool areApart, string what, int count) =>
        areApart ? Enumerable.Range(1, count).Select(number => $"{what} {number} ") : [""];
}
