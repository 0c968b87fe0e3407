using System.CommandLine;
using System.Text;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Corpus;
using AudioBsq.Cli.Streaming;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Persistence;

namespace AudioBsq.Cli.Commands;

/// <summary><c>audiobsq tokenize</c>: turns sound files, or live sound, into tokens.</summary>
internal sealed class TokenizeCommand : ExampleCommand
{
    private readonly Terminal _terminal;
    private readonly CancellationToken _cancellation;
    private readonly TorchOptions _torch = new();
    private readonly PcmOptions _pcm = new();
    private readonly CorpusOptions _corpus = new();

    private readonly Argument<string> _model = CheckedArgument.Model("as mlContext.Model.Save writes it");

    private readonly Argument<string[]> _inputs = CheckedArgument.Input<string[]>(
        "INPUT",
        "Sound files, pipes, and folders of files, which come in the order of their names; - is standard input",
        ArgumentArity.ZeroOrMore);

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "Where the tokens go: a file, which is replaced when all is done and not touched before, or with --pcm at once; "
            + "- for standard output; with --format absq or --manifest a folder",
        HelpName = "FILE",
        DefaultValueFactory = _ => "-",
    };

    private readonly Option<TokenFormat> _format = CheckedOption.Choice(
        "--format",
        "All tokens as JSON lines (jsonl), or each clip's as a packed container (absq); auto is absq where --output ends in .absq. "
            + "With --manifest jsonl, parquet, shar (Lhotse's) or webdataset",
        ("auto", TokenFormat.Auto), ("jsonl", TokenFormat.Lines), ("absq", TokenFormat.Containers), ("parquet", TokenFormat.Parquet),
        ("shar", TokenFormat.Shar), ("webdataset", TokenFormat.WebDataset));

    private readonly Option<bool> _flat = ClipList.FlatOption();

    public TokenizeCommand(Terminal terminal, CancellationToken cancellation)
        : base(
            "tokenize",
            "Turn sound files into tokens: one JSON object a line for each clip, in the order of the input, or a container for each. "
            + "With --pcm live sound, as it comes; with --manifest a corpus, in shards.",
            """
            audiobsq tokenize tokenizer.zip hello.wav
            audiobsq tokenize tokenizer.zip speech/ more/*.flac -o tokens.jsonl
            audiobsq tokenize tokenizer.zip hello.wav -o hello.absq
            audiobsq tokenize tokenizer.zip speech/ --format absq -o tokens/
            arecord -t raw -f S16_LE -r 16000 | audiobsq tokenize tokenizer.zip - --pcm s16le --rate 16000
            ffmpeg -i radio.m3u8 -f s16le -ar 16000 -ac 1 - | audiobsq tokenize tokenizer.zip - --pcm s16le --rate 16000 -o radio.absq
            audiobsq tokenize tokenizer.zip --manifest corpus.jsonl --shard 3/8 -o tokens --format parquet
            seq 0 7 | xargs -P 8 -I {} audiobsq tokenize tokenizer.zip --manifest corpus.jsonl --shard {}/8 -o tokens --threads 1
            """,
            """
            Each line holds path, samples (at the model's sample rate), sampleRate, frames,
            bitsPerToken and tokens. Memory does not grow with the number of clips, nor with their
            length, but for the tokens of a line. After Ctrl+C a file is as it was before; what went
            to standard output stays. Pipes, <(…) and standard input are read to their end first.

            With a folder of containers, speech/a/hello.flac becomes FOLDER/a/hello.absq. Finished
            ones stay after Ctrl+C, and the same command goes on from there: a container is left as
            it is if it is whole, of this model, and of a sound file with the same content (SHA-256).

            With --pcm there is a line for the time steps that became certain together, as soon as
            they did: {"step":32,"start":0.64,"tokens":[17,403]} with the number of its first time
            step, when that starts in seconds, and the tokens of one or more whole steps. A container
            gets a chunk when it is full, every 4 seconds. Ctrl+C is the end of the sound: what was
            said so far is written, the container is completed, and the exit code is 0. Samples of
            f32le that are no finite numbers become 0, their count is said at the end, and the exit
            code is 1. A model that
            is causal gives tokens within milliseconds, any other a window at a time; the program
            says which, and 'audiobsq info' too.

            With --manifest a worker makes shard I of N: a range of the manifest, in its order, cut so
            that all shards are about equally long. Workers need no network and no order; they share the
            folder alone. A shard that is done is left as it is, so the same command goes on after any
            stop. Clips go through the network one at a time, so tokens do not depend on N. Clips that
            fail are listed in the shard's failures.jsonl, the exit code is then 1 (3 if no clip is
            good), and the shard is done. 'audiobsq verify' proves a corpus, 'audiobsq merge' joins it.
            """)
    {
        (_terminal, _cancellation) = (terminal, cancellation);
        Add(_model);
        Add(_inputs);
        Add(_output);
        Add(_format);
        _corpus.AddTo(this);
        _pcm.AddTo(this);
        _torch.AddTo(this);
        Add(_flat);
    }

    protected override int Run(ParseResult arguments)
    {
        string output = arguments.GetRequiredValue(_output);
        var format = arguments.GetValue(_format);
        string[] given = arguments.GetValue(_inputs) ?? [];
        bool isLive = _pcm.AreGiven(arguments, given);
        if (_corpus.Manifest(arguments, given, format, output) is { } manifest) return RunShard(arguments, manifest, output, format);
        bool named = output.EndsWith(ContainerFile.Extension, StringComparison.OrdinalIgnoreCase);
        bool asContainers = format == TokenFormat.Containers || (format == TokenFormat.Auto && named);
        if (isLive) return RunLive(arguments, output, asContainers);
        if (asContainers) return RunContainers(arguments, output, isOne: named || output == "-");
        if (output == "-") return RunLines(arguments, _terminal.Output, hidden: true); // a progress bar would mix with the lines

        CheckIsNotRead(arguments, output);
        using var file = new AtomicFile(output);
        int code;
        using (var writer = new StreamWriter(file.Stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true))
        {
            code = RunLines(arguments, writer, hidden: false);
        }

        if (code != ExitCode.NothingDone) file.Commit();
        return code;
    }

    private int RunLines(
        ParseResult arguments, TextWriter writer, bool hidden) => Run(arguments, hidden, (inputs, pipeline, tally, report) =>
    {
        foreach (var (path, clip, file, reason) in pipeline.Tokenize(inputs.Paths, _cancellation))
        {
            if (clip is not null) Write(writer, clip with { Path = inputs.SourceOf(path) }, tally);
            else if (file is not null) Write(writer, file, inputs, tally, report);
            else tally.Refuse(inputs.Named(path), inputs.Named(reason));
            report(tally.Total);
        }
    });

    private int RunContainers(ParseResult arguments, string output, bool isOne)
    {
        string[] named = arguments.GetRequiredValue(_inputs);
        if (isOne && (named.Length > 1 || Directory.Exists(named[0])))
            throw new UsageException(
                $"--output '{output}' is one container, for one sound file. For more name a folder, with --format absq.");
        if (isOne && output != "-") CheckIsNotRead(arguments, output);
        if (!isOne) Directory.CreateDirectory(output);
        string modelName = Path.GetFileNameWithoutExtension(arguments.GetRequiredValue(_model));
        return Run(arguments, hidden: output == "-", (inputs, pipeline, tally, report) =>
            new ContainerOutput(inputs, pipeline, modelName, tally).Run(output, isOne, report, _cancellation));
    }

    private int RunShard(ParseResult arguments, string manifest, string folder, TokenFormat format)
    {
        if (CorpusFormat.Of(format) is not { } chosen)
            throw new UsageException("With --manifest --format must be jsonl, parquet, shar or webdataset, which has containers in it.");
        if (arguments.GetValue(_flat)) throw new UsageException("--no-recurse is about INPUT, which is missing.");
        if (_torch.BatchSize(arguments) is not null)
            throw new UsageException("With --manifest clips go through the network one at a time: leave out --batch-size.");
        var clips = new CorpusManifest(manifest);
        var index = ManifestIndex.Of(clips, manifest, _cancellation);
        string path = arguments.GetRequiredValue(_model);
        var ml = _torch.CreateContext(arguments, out string device);
        using var pipeline = new TokenPipeline(ml, SavedModel.Load(ml, path), batchSize: 1);
        return new ShardWork(folder, _corpus.Shard(arguments), chosen, _terminal)
            .Run(clips, index, pipeline, Path.GetFileNameWithoutExtension(path), device.Split(':')[0], _cancellation);
    }

    private int RunLive(ParseResult arguments, string output, bool asContainer)
    {
        if (output != "-") CheckIsNotRead(arguments, output);
        string path = arguments.GetRequiredValue(_model);
        var ml = _torch.CreateContext(arguments);
        using var pipeline = new TokenPipeline(ml, SavedModel.Load(ml, path), _torch.BatchSize(arguments));
        if (!pipeline.CanStream)
        {
            throw new InvalidDataException(
                $"'{path}' cannot take live sound: between LoadAudio and TokenizeAudio it must hold ExtractMelSpectrogram alone, "
                + "with levels that do not depend on the whole file.");
        }

        var tally = new Tally(_terminal);
        var format = _pcm.Format(arguments, pipeline.Model.Mel.SampleRate);
        new LiveTokenization(pipeline.Model, format, _terminal, _cancellation)
            .Run(output, asContainer, Path.GetFileNameWithoutExtension(path), tally);
        return tally.Conclude();
    }

    private int Run(ParseResult arguments, bool hidden, Action<SoundInputs, TokenPipeline, Tally, Action<double>> work)
    {
        var ml = _torch.CreateContext(arguments);
        var saved = SavedModel.Load(ml, arguments.GetRequiredValue(_model));
        using var pipeline = new TokenPipeline(ml, saved, _torch.BatchSize(arguments), max: LongSound.MaxInMemory);
        var tally = new Tally(_terminal);
        bool recursive = !arguments.GetValue(_flat);
        using var inputs = new SoundInputs(arguments.GetRequiredValue(_inputs), recursive, tally.Refuse, _terminal, _cancellation);
        _terminal.Follow("Tokenizing", inputs.Paths.Count, hidden, report => work(inputs, pipeline, tally, report));
        return tally.Conclude();
    }

    private void CheckIsNotRead(ParseResult arguments, string output) =>
        CheckedArgument.CheckIsNotRead(output, arguments.GetRequiredValue(_inputs).Append(arguments.GetRequiredValue(_model)));

    private static void Write(TextWriter writer, ClipTokens clip, Tally tally)
    {
        TokenFile.Write(writer, clip);
        tally.Count(clip.Seconds, clip.Tokens.Length);
    }

    // A line needs all of its tokens, but not the sound, in memory.
    private void Write(TextWriter writer, LongSound file, SoundInputs inputs, Tally tally, Action<double> report)
    {
        try
        {
            var clip = file.ReadAll(done => report(tally.Total + done), _cancellation);
            Write(writer, clip with { Path = inputs.SourceOf(file.Path) }, tally);
        }
        catch (InvalidDataException damage)
        {
            tally.Refuse(inputs.Named(file.Path), inputs.Named(damage.Message));
        }
    }
}
