using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace AudioBsq.Cli.Console;

/// <summary>Options whose values are checked when the command line is read; the error names the option, the value and the rule.</summary>
internal static class CheckedOption
{
    /// <summary>A whole number from 1; null where it is not given.</summary>
    public static Option<int?> Count(string name, string description) => Integer(name, description, min: 1);

    /// <summary>A whole number; null where it is not given.</summary>
    public static Option<int?> Integer(string name, string description, int min = int.MinValue, int max = int.MaxValue) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            bool isWhole = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value);
            if (isWhole && value >= min && value <= max) return value;
            string range = max < int.MaxValue ? $" from {min} to {max}" : min > int.MinValue ? $" from {min} on" : "";
            result.AddError($"{name} must be a whole number{range}, and '{text}' is none.");
            return null;
        },
    };

    /// <summary>A number from 0; null where it is not given.</summary>
    public static Option<double?> Weight(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "NUMBER",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            bool isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
            if (isNumber && double.IsFinite(value) && value >= 0) return value;
            result.AddError($"{name} must be a number from 0 on, and '{text}' is none.");
            return null;
        },
    };

    /// <summary>One of a few words; the first is the default.</summary>
    public static Option<T> Choice<T>(string name, string description, params (string Word, T Value)[] choices)
        where T : struct
    {
        return new(name)
        {
            Description = $"{description} [default: {choices[0].Word}]",
            HelpName = WordsOf(choices),
            DefaultValueFactory = _ => choices[0].Value,
            CustomParser = result => Chosen(result, name, choices) ?? default,
        };
    }

    /// <summary>One of a few words; null where it is not given.</summary>
    public static Option<T?> ChoiceOrNone<T>(string name, string description, params (string Word, T Value)[] choices)
        where T : struct
    {
        return new(name)
        {
            Description = description,
            HelpName = WordsOf(choices),
            CustomParser = result => Chosen(result, name, choices),
        };
    }

    private static string WordsOf<T>((string Word, T Value)[] choices) => string.Join('|', choices.Select(choice => choice.Word));

    private static T? Chosen<T>(ArgumentResult result, string name, (string Word, T Value)[] choices) where T : struct
    {
        string text = result.Tokens[0].Value;
        foreach (var (word, value) in choices)
        {
            if (text == word) return value;
        }

        result.AddError($"{name} must be {WordsOf(choices).Replace("|", " or ", StringComparison.Ordinal)}, and '{text}' is neither.");
        return null;
    }
}
