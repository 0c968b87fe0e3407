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
        Checked.Input<string[]>("INPUT", "Sound files, and folders of them; a folder's files come in the order of their names", ArgumentArity.OneOrMore);

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "Where the tokens go: a file, which is replaced when all is done and not touched before, or - for standard output",
        HelpName = "FILE",
        DefaultValueFactory = _ => "-",
    };

    private readonly Option<bool> _flat = new("--no-recurse") { Description = "Leave out folders inside the given folders" };

    public TokenizeCommand(Terminal terminal, CancellationToken cancellation)
        : base(
            "tokenize",
            "Turn sound files into tokens: one JSON object a line for each clip, in the order of the input.",
            """
            audiobsq tokenize tokenizer.zip hello.wav
            audiobsq tokenize tokenizer.zip speech/ more/*.flac -o tokens.jsonl
            """,
            """
            Each line holds path, samples (at the model's sample rate), sampleRate, frames,
            bitsPerToken and tokens. Memory does not grow with the number of clips. After Ctrl+C
            a file is as it was before; what went to standard output stays.
            """)
    {
        (_terminal, _cancellation) = (terminal, cancellation);
        Add(_model);
        Add(_inputs);
        Add(_output);
        _torch.AddTo(this);
        Add(_flat);
    }

    protected override int Run(ParseResult arguments)
    {
        string output = arguments.GetRequiredValue(_output);
        if (output == "-") return Run(arguments, _terminal.Output, hidden: true); // a bar would run into the lines, which may go on to a terminal

        var read = arguments.GetRequiredValue(_inputs).Append(arguments.GetRequiredValue(_model));
        if (read.Any(path => Path.GetFullPath(path) == Path.GetFullPath(output))) throw new UsageException($"--output '{output}' would replace what is read.");
        using var file = new WholeFile(output);
        int code;
        using (var writer = new StreamWriter(file.Stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true))
        {
            code = Run(arguments, writer, hidden: false);
        }

        if (code != ExitCode.NothingDone) file.Keep();
        return code;
    }

    private int Run(ParseResult arguments, TextWriter writer, bool hidden)
    {
        var ml = _torch.CreateContext(arguments);
        using var pipeline = new TokenPipeline(ml, SavedModel.Load(ml, arguments.GetRequiredValue(_model)), _torch.BatchSize(arguments));
        var tally = new Tally(_terminal);
        var clips = ClipList.Find(ml, arguments.GetRequiredValue(_inputs), recursive: !arguments.GetValue(_flat), tally.Refuse);
        _terminal.Follow("Tokenizing", clips.Count, hidden, report =>
        {
            foreach (var (path, clip, reason) in pipeline.Tokenize(clips, _cancellation))
            {
                if (clip is null) tally.Refuse(path, reason);
                else Write(writer, clip, tally);
                report(tally.Total);
            }
        });
        return tally.Conclude();
    }

    private static void Write(TextWriter writer, ClipTokens clip, Tally tally)
    {
        TokenFile.Write(writer, clip);
        tally.Count(clip.Seconds, clip.Tokens.Length);
    }
}
