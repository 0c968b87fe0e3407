using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Entry = (string Name, AudioBsq.Persistence.SafetensorsType Type, System.Collections.Generic.IReadOnlyList<long> Shape);

namespace AudioBsq.Persistence;

/// <summary>Compares what a file holds with what a network asks for, and says everything that differs at once.</summary>
internal static partial class LayoutCheck
{
    private const int LongestName = 200; // a hostile file's names may have any length

    /// <param name="wanted">What the network asks for. Floating-point formats stand for each other, and so do whole-number formats.</param>
    /// <param name="found">What the file holds.</param>
    /// <param name="file">The file's name.</param>
    /// <param name="strict">Tensors that the network has no place for are an error too.</param>
    /// <exception cref="InvalidDataException">They differ; the message names every tensor concerned.</exception>
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
            if (target.Type.IsWhole() != tensor.Type.IsWhole()) retyped.Add((tensor.Name, $"of {tensor.Type}, not {target.Type}"));
        }

        var text = new StringBuilder();
        Say(text, "missing", [.. missing.Values.Select(entry => (entry.Name, Text(entry.Shape)))]);
        Say(text, "not expected", unexpected);
        Say(text, "of another shape", reshaped);
        Say(text, "of another type", retyped);
        if (text.Length > 0) throw new InvalidDataException($"{file} does not hold the weights of this network.{text}");
    }

    private static void Say(StringBuilder text, string what, List<(string Name, string Detail)> tensors)
    {
        if (tensors.Count == 0) return;
        text.Append('\n').Append(tensors.Count).Append(' ').Append(what).Append(":\n  ").AppendJoin(";\n  ", Fold(tensors)).Append('.');
    }

    // What only differs in the number of a block is one line: "resblocks.{0-5,7}.ln_1.weight (512)".
    private static IEnumerable<string> Fold(List<(string Name, string Detail)> tensors) =>
        from tensor in tensors
        let name = Clean(tensor.Name)
        let number = Number().Match(name)
        group number by (Before: name[..number.Index], After: name[(number.Index + number.Length)..], tensor.Detail) into alike
        select alike.Key.Before + Numbers([.. alike.Select(number => number.Value)]) + $"{alike.Key.After} {alike.Key.Detail}";

    private static string Numbers(List<string> texts)
    {
        if (texts.Count == 1 || texts[0].Length == 0) return texts[0]; // several without a number are long names that were cut
        var ranges = new List<(int First, int Last)>();
        foreach (int number in texts.Select(text => int.Parse(text, CultureInfo.InvariantCulture)).Order())
        {
            if (ranges.Count > 0 && ranges[^1].Last + 1 == number) ranges[^1] = (ranges[^1].First, number);
            else ranges.Add((number, number));
        }

        return $"{{{string.Join(',', ranges.Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}"))}}}";
    }

    private static string Text(IReadOnlyList<long> shape) => $"({string.Join(", ", shape)})";

    private static string Clean(string name)
    {
        string text = string.Concat(name.Take(LongestName).Select(c => char.IsControl(c) ? '?' : c));
        return name.Length > LongestName ? $"{text}…" : text;
    }

    // The first whole number between two dots; of up to six digits, as all numbers of blocks are.
    [GeneratedRegex(@"(?<=\.)[0-9]{1,6}(?=\.)")]
    private static partial Regex Number();
}
