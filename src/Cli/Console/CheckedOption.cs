using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace AudioBsq.Cli.Console;

/// <summary>Options and arguments that refuse what cannot be meant, in words.</summary>
internal static class CheckedOption
{
    /// <summary>A whole number from 1; null where it is not given.</summary>
    public static Option<int?> Count(string name, string description) => Number(name, description, least: 1);

    /// <summary>A whole number; null where it is not given.</summary>
    public static Option<int?> Number(string name, string description, int least = int.MinValue, int most = int.MaxValue) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most) return number;
            string range = most < int.MaxValue ? $" from {least} to {most}" : least > int.MinValue ? $" from {least} on" : "";
            result.AddError($"{name} must be a whole number{range}, and '{text}' is none.");
            return null;
        },
    };

    /// <summary>One of a few words; the first is the default.</summary>
    public static Option<T> Choice<T>(string name, string description, params (string Word, T Value)[] choices) where T : struct => new(name)
    {
        Description = $"{description} [default: {choices[0].Word}]",
        HelpName = WordsOf(choices),
        DefaultValueFactory = _ => choices[0].Value,
        CustomParser = result => Chosen(result, name, choices) ?? default,
    };

    /// <summary>One of a few words; null where it is not given.</summary>
    public static Option<T?> ChoiceOrNone<T>(string name, string description, params (string Word, T Value)[] choices) where T : struct => new(name)
    {
        Description = description,
        HelpName = WordsOf(choices),
        CustomParser = result => Chosen(result, name, choices),
    };

    /// <summary>The name of something to read. An option that does not exist would be taken for one: it is refused.</summary>
    public static Argument<T> Input<T>(string name, string description, ArgumentArity arity)
    {
        var argument = new Argument<T>(name) { Description = description, Arity = arity };
        argument.Validators.Add(result =>
        {
            foreach (string text in result.Tokens.Select(token => token.Value))
            {
                if (text.StartsWith('-') && text != "-" && !Path.Exists(text)) result.AddError($"There is no option '{text}' here, and no file of that name.");
            }
        });
        return argument;
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
