using System.CommandLine;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Corpus;

namespace AudioBsq.Cli.Commands;

/// <summary><c>audiobsq verify</c>: proves that a folder holds the tokens of a whole corpus.</summary>
internal sealed class VerifyCommand : ExampleCommand
{
    private readonly Terminal _terminal;
    private readonly CancellationToken _cancellation;

    private readonly Argument<string> _folder = CheckedArgument.Input<string>(
        "FOLDER", "The folder of 'audiobsq tokenize --manifest'", ArgumentArity.ExactlyOne);

    private readonly Option<string?> _manifest = CorpusOptions.ManifestOption("The corpus that it was made of");
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object in place of a table" };

    public VerifyCommand(Terminal terminal, CancellationToken cancellation)
        : base(
            "verify",
            "Prove that a folder holds the tokens of a whole corpus.",
            """
            audiobsq verify tokens --manifest corpus.jsonl
            """,
            """
            All shards must be done, of one model and of this manifest; their files must be what was
            written, by SHA-256; and every clip of the manifest must be there once, with its tokens or
            in the list of failures. What is wrong is named on standard error, and the exit code is 3.
            It is 1 where some clips of a whole corpus failed.
            """)
    {
        (_terminal, _cancellation) = (terminal, cancellation);
        _manifest.Required = true;
        Add(_folder);
        Add(_manifest);
        Add(_json);
    }

    protected override int Run(ParseResult arguments)
    {
        string folder = arguments.GetRequiredValue(_folder);
        if (new CorpusCheck(folder, _terminal, _cancellation).Run(arguments.GetRequiredValue(_manifest)) is not { } shards)
            return ExitCode.NothingDone;
        ISummary summary = CorpusSummary.Of(folder, shards);
        if (arguments.GetValue(_json)) _terminal.Output.WriteLine(summary.ToJson());
        else _terminal.Show([.. summary.Rows()]);
        return shards.Any(shard => shard.Failures > 0) ? ExitCode.SomeFailed : ExitCode.Success;
    }
}
