using System.CommandLine;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Tokenizing;

namespace AudioBsq.Cli.Commands;

/// <summary><c>audiobsq info</c>: describes a file. Its content decides what it is, not its name.</summary>
internal sealed class InfoCommand : ExampleCommand
{
    private readonly Terminal _terminal;
    private readonly CancellationToken _cancellation;

    private readonly Argument<string> _file = CheckedArgument.Input<string>(
        "FILE",
        "A model's zip (load only models that you trust), a model that comes with the program, a vocoder, a sound file, or a file of "
            + "tokens, as JSON lines or .absq",
        ArgumentArity.ExactlyOne);

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object in place of a table" };

    public InfoCommand(Terminal terminal, CancellationToken cancellation)
        : base(
            "info",
            "Say what a model, a vocoder, a sound file or a file of tokens holds.",
            """
            audiobsq info tokenizer.zip
            audiobsq info speech900
            audiobsq info hello.wav --json
            audiobsq info hello.absq
            """)
    {
        (_terminal, _cancellation) = (terminal, cancellation);
        Add(_file);
        Add(_json);
    }

    protected override int Run(ParseResult arguments)
    {
        string name = arguments.GetRequiredValue(_file);
        using var copied = new CopiedInputs(_terminal.OpenInput, _cancellation);
        var tally = new Tally(_terminal);
        var summary = SavedModel.FindShipped(name) is null
            ? Guarded(() => Describe(copied.PathOf(name), tally), copied)
            : ModelSummary.Of(name);
        if (arguments.GetValue(_json)) _terminal.Output.WriteLine(copied.Named(summary.ToJson()));
        else _terminal.Show([.. summary.Rows().Select(row => (row.Name, copied.Named(row.Value)))]);
        return tally.Total == 0 ? ExitCode.Success : ExitCode.SomeFailed;
    }

    private ISummary Describe(string path, Tally tally) =>
        Beginning(path) switch
        {
            _ when ContainerFile.IsOne(path) => ContainerSummary.Of(path, tally),
            "PK" => ModelSummary.Of(path), // every zip
            ['{', ..] => TokenSummary.Of(path, tally, _cancellation),
            _ when VocoderSummary.MayBe(path) => VocoderSummary.Of(path),
            _ when SavedModel.HoldsWeights(path) => ModelSummary.Of(path),
            _ => SoundSummary.Of(path),
        };

    private static T Guarded<T>(Func<T> read, CopiedInputs copied)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException(copied.Named(failure.Message), failure);
        }
    }

    // The first two characters that are no white space.
    private static string Beginning(string path)
    {
        if (Directory.Exists(path)) throw new InvalidDataException($"'{path}' is a folder; name a file.");
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file '{path}'.", path);
        using var reader = new StreamReader(path);
        while (char.IsWhiteSpace((char)reader.Peek())) reader.Read();
        return $"{(char)reader.Read()}{(char)reader.Read()}";
    }
}
