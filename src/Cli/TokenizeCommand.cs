using System.CommandLine;
using System.Text;

namespace AudioBsq.Cli;

/// <summary><c>audiobsq tokenize</c>: sound files to tokens.</summary>
internal sealed class TokenizeCommand : ExampleCommand
{
    private readonly Terminal _terminal;
    private readonly CancellationToken _cancellation;
    private readonly TorchOptions _torch = new();

    private readonly Argument<string> _model =
        Checked.Input<string>("MODEL", "A tokenizer's zip, as mlContext.Model.Save writes it; load only models that you trust", ArgumentArity.ExactlyOne);

    private readonly Argument<string[]> _inputs =
        Checked.Input<string[]>("INPUT", "Sound files, and folders of them; a folder's files come in the order of their names; - is standard input", ArgumentArity.OneOrMore);

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "Where the tokens go: a file, which is replaced when all is done and not touched before; - for standard output; with --format absq a folder",
        HelpName = "FILE",
        DefaultValueFactory = _ => "-",
    };

    private readonly Option<TokenFormat> _format = Checked.Choice(
        "--format",
        "All tokens as JSON lines (jsonl), or each clip's as a packed container (absq); auto is absq where --output ends in .absq",
        ("auto", TokenFormat.Auto), ("jsonl", TokenFormat.Lines), ("absq", TokenFormat.Containers));

    private readonly Option<bool> _flat = new("--no-recurse") { Description = "Leave out folders inside the given folders" };

    public TokenizeCommand(Terminal terminal, CancellationToken cancellation)
        : base(
            "tokenize",
            "Turn sound files into tokens: one JSON object a line for each clip, in the order of the input, or a container for each.",
            """
            audiobsq tokenize tokenizer.zip hello.wav
            audiobsq tokenize tokenizer.zip speech/ more/*.flac -o tokens.jsonl
            audiobsq tokenize tokenizer.zip hello.wav -o hello.absq
            audiobsq tokenize tokenizer.zip speech/ --format absq -o tokens/
            """,
            """
            Each line holds path, samples (at the model's sample rate), sampleRate, frames,
            bitsPerToken and tokens. Memory does not grow with the number of clips. After Ctrl+C
            a file is as it was before; what went to standard output stays.

            With a folder of containers, speech/a/hello.flac becomes FOLDER/a/hello.absq. Finished
            ones stay after Ctrl+C, and the same command goes on from there: a container is left as
            it is if it is whole, of this model, and of a sound file with the same content (SHA-256).
            """)
    {
        (_terminal, _cancellation) = (terminal, cancellation);
        Add(_model);
        Add(_inputs);
        Add(_output);
        Add(_format);
        _torch.AddTo(this);
        Add(_flat);
    }

    protected override int Run(ParseResult arguments)
    {
        string output = arguments.GetRequiredValue(_output);
        var format = arguments.GetValue(_format);
        bool named = output.EndsWith(ContainerFile.Extension, StringComparison.OrdinalIgnoreCase);
        if (format == TokenFormat.Containers || (format == TokenFormat.Auto && named)) return RunContainers(arguments, output, isOne: named || output == "-");
        if (output == "-") return RunLines(arguments, _terminal.Output, hidden: true); // a bar would run into the lines, which may go on to a terminal

        CheckIsNotRead(arguments, output);
        using var file = new WholeFile(output);
        int code;
        using (var writer = new StreamWriter(file.Stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true))
        {
            code = RunLines(arguments, writer, hidden: false);
        }

        if (code != ExitCode.NothingDone) file.Keep();
        return code;
    }

    private int RunLines(ParseResult arguments, TextWriter writer, bool hidden) => Run(arguments, hidden, (inputs, pipeline, tally, report) =>
    {
        foreach (var (path, clip, reason) in pipeline.Tokenize(inputs.Paths, _cancellation))
        {
            if (clip is null) tally.Refuse(inputs.Named(path), inputs.Named(reason));
            else Write(writer, inputs.Named(clip), tally);
            report(tally.Total);
        }
    });

    private int RunContainers(ParseResult arguments, string output, bool isOne)
    {
        string[] named = arguments.GetRequiredValue(_inputs);
        if (isOne && (named.Length > 1 || Directory.Exists(named[0]))) throw new UsageException($"--output '{output}' is one container, for one sound file. For more name a folder, with --format absq.");
        if (isOne && output != "-") CheckIsNotRead(arguments, output);
        if (!isOne) Directory.CreateDirectory(output);
        return Run(arguments, hidden: output == "-", (inputs, pipeline, tally, report) =>
            new TokenizeContainers(inputs, pipeline, Path.GetFileNameWithoutExtension(arguments.GetRequiredValue(_model)), tally).Run(output, isOne, report, _cancellation));
    }

    private int Run(ParseResult arguments, bool hidden, Action<TokenizeInputs, TokenPipeline, Tally, Action<long>> work)
    {
        var ml = _torch.CreateContext(arguments);
        using var pipeline = new TokenPipeline(ml, SavedModel.Load(ml, arguments.GetRequiredValue(_model)), _torch.BatchSize(arguments));
        var tally = new Tally(_terminal);
        using var inputs = new TokenizeInputs(ml, arguments.GetRequiredValue(_inputs), recursive: !arguments.GetValue(_flat), tally);
        _terminal.Follow("Tokenizing", inputs.Paths.Count, hidden, report => work(inputs, pipeline, tally, report));
        return tally.Conclude();
    }

    private void CheckIsNotRead(ParseResult arguments, string output)
    {
        var read = arguments.GetRequiredValue(_inputs).Append(arguments.GetRequiredValue(_model));
        if (read.Any(path => Path.GetFullPath(path) == Path.GetFullPath(output))) throw new UsageException($"--output '{output}' would replace what is read.");
    }

    private static void Write(TextWriter writer, ClipTokens clip, Tally tally)
    {
        TokenFile.Write(writer, clip);
        tally.Count(clip.Seconds, clip.Tokens.Length);
    }
}
