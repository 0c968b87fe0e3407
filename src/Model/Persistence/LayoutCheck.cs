using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Entry = (string Name, AudioBsq.Persistence.SafetensorsType Type, System.Collections.Generic.IReadOnlyList<long> Shape);

namespace AudioBsq.Persistence;

/// <summary>Compares the tensors of a file with those that a network needs, and reports all differences at once.</summary>
internal static partial class LayoutCheck
{
    private const int MaxNameLength = 200; // names in a hostile file may have any length

    /// <param name="wanted">The tensors of the network. All floating-point types match one another, and so do all integer types.</param>
    /// <param name="found">The tensors of the file.</param>
    /// <param name="file">The file's name.</param>
    /// <param name="strict">Whether tensors of the file that the network does not have are an error.</param>
    /// <exception cref="InvalidDataException">The tensors differ; the message names each of them.</exception>
    public static void Require(IEnumerable<Entry> wanted, IEnumerable<Entry> found, string file, bool strict = true)
    {
        var missing = wanted.ToDictionary(entry => entry.Name);
        List<(string Name, string Detail)> unexpected = [], reshaped = [], retyped = [];
        foreach (var tensor in found)
        {
            if (!missing.Remove(tensor.Name, out var target))
            {
                if (strict) unexpected.Add((tensor.Name, Text(tensor.Shape)));
                continue;
            }

            if (!target.Shape.SequenceEqual(tensor.Shape)) reshaped.Add((tensor.Name, $"{Text(tensor.Shape)}, not {Text(target.Shape)}"));
            if (target.Type.IsInteger() != tensor.Type.IsInteger()) retyped.Add((tensor.Name, $"of {tensor.Type}, not {target.Type}"));
        }

        var text = new StringBuilder();
        Append(text, "missing", [.. missing.Values.Select(entry => (entry.Name, Text(entry.Shape)))]);
        Append(text, "not expected", unexpected);
        Append(text, "of another shape", reshaped);
        Append(text, "of another type", retyped);
        if (text.Length > 0) throw new InvalidDataException($"{file} does not hold the weights of this network.{text}");
    }

    private static void Append(StringBuilder text, string what, List<(string Name, string Detail)> tensors)
    {
        if (tensors.Count == 0) return;
        text.Append('\n').Append(tensors.Count).Append(' ').Append(what).Append(":\n  ").AppendJoin(";\n  ", Fold(tensors)).Append('.');
    }

    // Names that differ only in a block's index share one line: "resblocks.{0-5,7}.ln_1.weight (512)".
    private static IEnumerable<string> Fold(List<(string Name, string Detail)> tensors) =>
        from tensor in tensors
        let name = Clean(tensor.Name)
        let index = BlockIndex().Match(name)
        group index by (Before: name[..index.Index], After: name[(index.Index + index.Length)..], tensor.Detail) into alike
        select alike.Key.Before + Ranges([.. alike.Select(index => index.Value)]) + $"{alike.Key.After} {alike.Key.Detail}";

    private static string Ranges(List<string> indices)
    {
        if (indices.Count == 1 || indices[0].Length == 0) return indices[0]; // several names without an index are cut long ones
        var ranges = new List<(int First, int Last)>();
        foreach (int index in indices.Select(text => int.Parse(text, CultureInfo.InvariantCulture)).Order())
        {
            if (ranges.Count > 0 && ranges[^1].Last + 1 == index) ranges[^1] = (ranges[^1].First, index);
            else ranges.Add((index, index));
        }

        var texts = ranges.Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}");
        return $"{{{string.Join(',', texts)}}}";
    }

    private static string Text(IReadOnlyList<long> shape) => $"({string.Join(", ", shape)})";

    private static string Clean(string name)
    {
        string text = string.Concat(name.Take(MaxNameLength).Select(c => char.IsControl(c) ? '?' : c));
        return name.Length > MaxNameLength ? $"{text}…" : text;
    }

    // The first integer between two dots, of up to six digits.
    [GeneratedRegex(@"(?<=\.)[0-9]{1,6}(?=\.)")]
    private static partial Regex BlockIndex();
}
