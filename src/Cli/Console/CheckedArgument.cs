using System.CommandLine;
using AudioBsq.MLNet;

namespace AudioBsq.Cli.Console;

/// <summary>Arguments that name files to read. A misspelt option would be taken for such a name: it is refused.</summary>
internal static class CheckedArgument
{
    /// <summary>A tokenizer: its zip, or the name of one that comes with the program.</summary>
    /// <param name="what">What else the help says of it.</param>
    public static Argument<string> Model(string what = "") =>
        Input<string>(
            "MODEL",
            $"A tokenizer: its zip or weights{(what.Length == 0 ? "" : $", {what}")}; load only models that you trust; or "
                + string.Join(" or ", PretrainedAudioModels.All),
            ArgumentArity.ExactlyOne);

    /// <summary>One file or several.</summary>
    public static Argument<T> Input<T>(string name, string description, ArgumentArity arity)
    {
        var argument = new Argument<T>(name) { Description = description, Arity = arity };
        argument.Validators.Add(result =>
        {
            foreach (string text in result.Tokens.Select(token => token.Value))
            {
                if (text.StartsWith('-') && text != "-" && !Path.Exists(text))
                    result.AddError($"There is no option '{text}' here, and no file of that name.");
            }
        });
        return argument;
    }

    /// <exception cref="UsageException">An output is one of the files that are read.</exception>
    public static void CheckIsNotRead(string output, params IEnumerable<string> read)
    {
        if (read.Any(path => Path.GetFullPath(path) == Path.GetFullPath(output)))
            throw new UsageException($"--output '{output}' would replace what is read.");
    }
}
