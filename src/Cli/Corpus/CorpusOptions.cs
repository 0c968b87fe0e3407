using System.CommandLine;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Tokenizing;

namespace AudioBsq.Cli.Corpus;

/// <summary>The options of 'audiobsq tokenize' for a corpus: --manifest and --shard.</summary>
internal sealed class CorpusOptions
{
    private readonly Option<string?> _manifest = ManifestOption(
        "A corpus in place of INPUT: a folder, JSON lines with path or audio_filepath, cuts of Lhotse's (.jsonl, .jsonl.gz), or a table "
        + "of Common Voice. With it --output is a folder");

    private readonly Option<CorpusShard?> _shard = new("--shard")
    {
        Description = "The part of --manifest that is made, of N parts of about equal length; I counts from 0 [default: 0/1]",
        HelpName = "I/N",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (CorpusShard.Parse(text) is { } shard) return shard;
            result.AddError($"--shard '{text}' must be I/N, with N from 1 to {CorpusShard.MaxCount} and I from 0 to N − 1.");
            return null;
        },
    };

    /// <summary>The option --manifest of several commands.</summary>
    public static Option<string?> ManifestOption(string description) => new("--manifest") { Description = description, HelpName = "PATH" };

    public void AddTo(Command command)
    {
        command.Add(_manifest);
        command.Add(_shard);
    }

    /// <summary>The manifest; null where sound files are named one by one.</summary>
    /// <exception cref="UsageException">The options contradict each other.</exception>
    public string? Manifest(ParseResult arguments, string[] inputs, TokenFormat format, string output)
    {
        if (arguments.GetValue(_manifest) is not { } manifest)
        {
            if (arguments.GetValue(_shard) is not null) throw new UsageException("--shard is about --manifest, which is missing.");
            if (format is TokenFormat.Parquet or TokenFormat.Shar or TokenFormat.WebDataset)
                throw new UsageException("--format parquet, shar and webdataset are about --manifest, which is missing.");
            if (inputs.Length == 0) throw new UsageException("Name sound files or folders to tokenize, or a corpus with --manifest.");
            return null;
        }

        if (inputs.Length > 0) throw new UsageException($"With --manifest there is no INPUT, and '{inputs[0]}' is one.");
        if (output == "-") throw new UsageException("--manifest needs --output, a folder.");
        if (File.Exists(output)) throw new UsageException($"--output '{output}' is a file; with --manifest it must be a folder.");
        return manifest;
    }

    /// <summary>The worker's shard.</summary>
    public CorpusShard Shard(ParseResult arguments) => arguments.GetValue(_shard) ?? new CorpusShard(0, 1);
}
