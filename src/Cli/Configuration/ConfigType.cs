using System.Globalization;

namespace AudioBsq.Cli.Configuration;

/// <summary>What may stand behind a key.</summary>
/// <param name="Rule">In words: "must be …".</param>
/// <param name="Read">The value, or false where the node is something else.</param>
internal sealed record ConfigType<T>(string Rule, ConfigType<T>.Reader Read)
{
    /// <summary>Whether a node is such a value, and which.</summary>
    public delegate bool Reader(ConfigNode node, out T value);
}

/// <summary>The kinds of values there are.</summary>
internal static class ConfigType
{
    private static readonly string[] True = ["true", "True", "TRUE"], False = ["false", "False", "FALSE"];

    public static ConfigType<bool> Flag { get; } = new("true or false", (node, out value) => (value = Plain(node) is { } text && True.Contains(text)) || (Plain(node) is { } other && False.Contains(other)));

    public static ConfigType<string> Text { get; } = new("text", (node, out value) => (value = (node as ConfigScalar is { IsNull: false, Text.Length: > 0 } scalar) ? scalar.Text : "").Length > 0);

    public static ConfigType<string[]> Texts { get; } = new("text, or a list of it", (node, out value) =>
    {
        value = [];
        IReadOnlyList<ConfigNode> items = node is ConfigList list ? list.Items : [node];
        string[] texts = new string[items.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            if (!Text.Read(items[i], out texts[i])) return false;
        }

        value = texts;
        return texts.Length > 0;
    });

    /// <summary>Whole numbers from <paramref name="least"/> to <paramref name="most"/>; '_' may stand between digits.</summary>
    public static ConfigType<int> Whole(int least, int most = int.MaxValue) => new(
        (least, most) switch
        {
            (int.MinValue, int.MaxValue) => "a whole number",
            (_, int.MaxValue) => $"a whole number, at least {least}",
            _ => $"a whole number from {least} to {most}",
        },
        (node, out value) => int.TryParse(Digits(node), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= least && value <= most);

    /// <summary>Finite numbers that <paramref name="holds"/> is true of.</summary>
    public static ConfigType<double> Number(string rule, Func<double, bool> holds) => new(rule,
        (node, out value) => double.TryParse(Digits(node), NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value) && holds(value));

    /// <summary>A list of two numbers that <paramref name="holds"/> is true of.</summary>
    public static ConfigType<(double First, double Second)> Pair(string rule, Func<double, double, bool> holds)
    {
        var number = Number("", _ => true);
        return new(rule, (node, out value) =>
        {
            value = default;
            return node is ConfigList { Items: [var first, var second] } && number.Read(first, out value.First) && number.Read(second, out value.Second) && holds(value.First, value.Second);
        });
    }

    /// <summary>One of some names.</summary>
    public static ConfigType<T> Choice<T>(params (string Name, T Value)[] choices) => new(
        $"{string.Join(", ", choices.SkipLast(1).Select(choice => choice.Name))} or {choices[^1].Name}",
        (node, out value) =>
        {
            int index = node is ConfigScalar scalar ? Array.FindIndex(choices, choice => choice.Name == scalar.Text) : -1;
            value = index < 0 ? default! : choices[index].Value;
            return index >= 0;
        });

    /// <summary>Such a value, or null.</summary>
    public static ConfigType<T?> OrNull<T>(this ConfigType<T> type) where T : struct => new($"{type.Rule}, or null", (node, out value) =>
    {
        value = null;
        if (node is ConfigScalar { IsNull: true }) return true;
        if (!type.Read(node, out var known)) return false;
        value = known;
        return true;
    });

    private static string? Plain(ConfigNode node) => node is ConfigScalar { Quoted: false } scalar ? scalar.Text : null;

    // 500_000 is 500000; an '_' that is not between digits stays, and makes it no number.
    private static string? Digits(ConfigNode node)
    {
        if (Plain(node) is not { } text || !text.Contains('_')) return Plain(node);
        string[] groups = text.Split('_');
        bool between = groups.Skip(1).All(group => group is [>= '0' and <= '9', ..]) && groups.SkipLast(1).All(group => group is [.., >= '0' and <= '9']);
        return between ? string.Concat(groups) : text;
    }
}
