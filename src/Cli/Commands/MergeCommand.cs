using System.CommandLine;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Corpus;
using AudioBsq.Persistence;

namespace AudioBsq.Cli.Commands;

/// <summary><c>audiobsq merge</c>: joins the shards of a corpus to one file.</summary>
internal sealed class MergeCommand : ExampleCommand
{
    private readonly Terminal _terminal;
    private readonly CancellationToken _cancellation;

    private readonly Argument<string> _folder = CheckedArgument.Input<string>(
        "FOLDER", "The folder of 'audiobsq tokenize --manifest'", ArgumentArity.ExactlyOne);

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The file, which is replaced when all is done and not touched before",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string?> _manifest = CorpusOptions.ManifestOption(
        "The corpus, to compare every clip with; without it clips are only counted");

    public MergeCommand(Terminal terminal, CancellationToken cancellation)
        : base(
            "merge",
            "Join the shards of a corpus to one file: byte for byte what one worker would have written.",
            """
            audiobsq merge tokens -o tokens.parquet
            audiobsq merge tokens -o tokens.jsonl --manifest corpus.jsonl
            """,
            """
            The folder is verified first. JSON lines, Parquet and WebDataset can be joined; Shar needs no
            joining, since Lhotse reads a folder of shards. Failures stay in the folder; the exit code
            is 1 where there are some.
            """)
    {
        (_terminal, _cancellation) = (terminal, cancellation);
        Add(_folder);
        Add(_output);
        Add(_manifest);
    }

    protected override int Run(ParseResult arguments)
    {
        string folder = arguments.GetRequiredValue(_folder), output = arguments.GetRequiredValue(_output);
        if (new CorpusCheck(folder, _terminal, _cancellation).Run(arguments.GetValue(_manifest)) is not { } shards)
            return ExitCode.NothingDone;
        var format = CorpusFormat.Find(shards[0].Origin.Format)!;
        var files = shards.Select(shard => (string[])
            [.. format.FilesOf(new CorpusShard(shard.Shard, shard.Of)).Select(name => Path.Combine(folder, name))]);
        CheckedArgument.CheckIsNotRead(output, files.SelectMany(names => names));
        AtomicFile.Write(output, stream => format.Join(files, stream, _cancellation));
        return shards.Any(shard => shard.Failures > 0) ? ExitCode.SomeFailed : ExitCode.Success;
    }
}
