using System.Globalization;

namespace AudioBsq.Cli.Configuration;

/// <summary>The kind of value that a key has.</summary>
/// <param name="Rule">The kind in words, behind "must be".</param>
/// <param name="Read">Reads the value of a node; false where the node is of another kind.</param>
internal sealed record ConfigType<T>(string Rule, ConfigType<T>.Reader Read)
{
    public delegate bool Reader(ConfigNode node, out T value);
}

/// <summary>The kinds of values. Which values of a kind are allowed is known to the options that they become.</summary>
internal static class ConfigType
{
    private static readonly string[] True = ["true", "True", "TRUE"], False = ["false", "False", "FALSE"];

    public static ConfigType<bool> Flag { get; } = new("true or false", (node, out value) =>
    {
        string? text = Plain(node);
        value = True.Contains(text);
        return value || False.Contains(text);
    });

    public static ConfigType<string> Text { get; } = new("text", (node, out value) =>
    {
        value = node is ConfigScalar { IsNull: false } scalar ? scalar.Text : "";
        return value.Length > 0;
    });

    public static ConfigType<string[]> Texts { get; } = new("text, or a list of it", (node, out value) =>
        List("", Text).Read(node is ConfigList ? node : new ConfigList(node.Place, [node]), out value) && value.Length > 0);

    /// <summary>A whole number; '_' may stand between digits.</summary>
    public static ConfigType<int> Whole { get; } = new("a whole number", (node, out value) =>
        int.TryParse(Digits(node), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value));

    /// <summary>A list of whole numbers, which may be empty.</summary>
    public static ConfigType<int[]> Wholes { get; } = List("a list of whole numbers", Whole);

    /// <summary>A finite number; '_' may stand between digits.</summary>
    public static ConfigType<double> Number { get; } = new("a number", (node, out value) =>
        double.TryParse(Digits(node), NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value));

    /// <summary>A list of numbers, which may be empty.</summary>
    public static ConfigType<double[]> Numbers { get; } = List("a list of numbers", Number);

    /// <summary>A list of two numbers.</summary>
    public static ConfigType<(double First, double Second)> Pair { get; } = new("a list of two numbers", (node, out value) =>
    {
        value = default;
        return node is ConfigList { Items: [var first, var second] } && Number.Read(first, out value.First)
            && Number.Read(second, out value.Second);
    });

    /// <summary>One of some names.</summary>
    public static ConfigType<T> Choice<T>(params (string Name, T Value)[] choices) => new(
        $"{string.Join(", ", choices.SkipLast(1).Select(choice => choice.Name))} or {choices[^1].Name}",
        (node, out value) =>
        {
            int index = node is ConfigScalar scalar ? Array.FindIndex(choices, choice => choice.Name == scalar.Text) : -1;
            value = index < 0 ? default! : choices[index].Value;
            return index >= 0;
        });

    /// <summary>The same kind of value, or null.</summary>
    public static ConfigType<T?> OrNull<T>(this ConfigType<T> type) where T : struct => new($"{type.Rule}, or null", (node, out value) =>
    {
        value = null;
        if (node is ConfigScalar { IsNull: true }) return true;
        if (!type.Read(node, out var known)) return false;
        value = known;
        return true;
    });

    /// <summary>The same kind of value, or null.</summary>
    public static ConfigType<T?> OrNone<T>(this ConfigType<T> type) where T : class => new($"{type.Rule}, or null", (node, out value) =>
    {
        value = null;
        if (node is ConfigScalar { IsNull: true }) return true;
        if (!type.Read(node, out var known)) return false;
        value = known;
        return true;
    });

    // A list of one kind of value, which may be empty.
    private static ConfigType<T[]> List<T>(string rule, ConfigType<T> item) => new(rule, (node, out value) =>
    {
        value = [];
        if (node is not ConfigList list) return false;
        var values = new T[list.Items.Count];
        for (int i = 0; i < values.Length; i++)
        {
            if (!item.Read(list.Items[i], out values[i])) return false;
        }

        value = values;
        return true;
    });

    private static string? Plain(ConfigNode node) => node is ConfigScalar { Quoted: false } scalar ? scalar.Text : null;

    // 500_000 is 500000; an '_' that is not between digits stays, so that the text is no number.
    private static string? Digits(ConfigNode node)
    {
        if (Plain(node) is not { } text || !text.Contains('_')) return Plain(node);
        string[] groups = text.Split('_');
        bool between = groups.Skip(1).All(group => group is [>= '0' and <= '9', ..])
            && groups.SkipLast(1).All(group => group is [.., >= '0' and <= '9']);
        return between ? string.Concat(groups) : text;
    }
}
