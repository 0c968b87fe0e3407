using System.CommandLine;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Streaming;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Decoding;
using AudioBsq.Signal;
using AudioBsq.Vocoding;

namespace AudioBsq.Cli.Commands;

/// <summary><c>audiobsq reconstruct</c>: turns tokens into sound files, or live tokens into live sound.</summary>
internal sealed class ReconstructCommand : ExampleCommand
{
    private readonly Terminal _terminal;
    private readonly CancellationToken _cancellation;
    private readonly TorchOptions _torch = new();
    private readonly SynthesisOptions _synthesis = new("long sound wants one");

    private readonly Argument<string> _model = CheckedArgument.Model("the one that made the tokens");

    private readonly Argument<string[]> _tokens = CheckedArgument.Input<string[]>(
        "TOKENS",
        "Files that 'audiobsq tokenize' wrote, and folders of its containers (.absq); - is standard input, with --pcm",
        ArgumentArity.OneOrMore);

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description =
            "Folder for the WAV files, which is made if need be; with --pcm a file, which is replaced at once, or - for standard output "
            + "[default with --pcm: -]",
        HelpName = "FOLDER",
    };

    private readonly Option<PcmSampleFormat?> _pcm = PcmOptions.Choice(
        "Standard input is live tokens, as 'audiobsq tokenize --pcm' writes them. Their sound is written as they come, samples of this "
        + "format without a header at the model's rate, and Ctrl+C ends it; needs --vocoder");

    private readonly Option<int?> _seed = CheckedOption.Integer(
        "--seed", "Chooses the phases that the search for a waveform starts from; the same seed gives the same sound [default: 0]");

    private readonly Option<WavSampleFormat> _format = CheckedOption.Choice(
        "--format",
        "Samples as 16-bit integers (pcm16), or as 32-bit floating point (float), which rounds and cuts off nothing",
        ("pcm16", WavSampleFormat.Pcm16), ("float", WavSampleFormat.IeeeFloat));

    private readonly Option<bool> _overwrite = new("--overwrite")
    {
        Description = "Replace WAV files that are there already; without it their clips fail",
    };

    public ReconstructCommand(Terminal terminal, CancellationToken cancellation)
        : base(
            "reconstruct",
            "Turn tokens back into sound: one WAV file for each clip, as long as the original to the sample. "
            + "With --pcm live tokens, as they come.",
            """
            audiobsq reconstruct tokenizer.zip tokens.jsonl -o rebuilt
            audiobsq reconstruct tokenizer.zip hello.absq tokens/ -o rebuilt
            audiobsq reconstruct tokenizer.zip tokens.jsonl -o rebuilt --vocoder vocoder.safetensors

            """
            + "arecord -t raw -f S16_LE -r 16000 | audiobsq tokenize tokenizer.zip - --pcm s16le | "
            + "audiobsq reconstruct tokenizer.zip - --pcm s16le --vocoder vocoder.safetensors | aplay -t raw -f S16_LE -r 16000",
            """
            A clip speech/a/hello.flac becomes FOLDER/speech/a/hello.wav, and a second one of that
            name hello (2).wav; a container tokens/a/hello.absq that was found in tokens/ becomes
            FOLDER/a/hello.wav. Where a container is damaged there is silence in place of what is
            lost. After Ctrl+C the WAV files that are finished stay; there are no half ones.

            Of a folder's containers, those that are finished are left out when the same command is
            given again: FOLDER/.audiobsq-finished.jsonl says from which tokens, model and options
            each WAV file was made, and what its content (SHA-256) must still be.

            Griffin-Lim goes over the whole of a sound again and again, so its memory grows with the
            length. A vocoder makes the sound of containers longer than 3 minutes part by part, in
            constant memory, up to the 4 GiB that a WAV file holds: at 16 kHz 37 hours, or 18 with
            --format float.

            With --pcm each line of tokens becomes sound as soon as its samples are final. The lines
            do not name their model: MODEL must be the one that made them. How far the sound lags
            behind the one that was tokenized, by model and vocoder together, is said at the
            beginning. A line that is none, or does not follow the one before it, is an error: what
            came before is kept and finished. Ctrl+C is the end of the sound, and the exit code is 0.
            How long the original was is not known then: its last time step is filled up.
            """)
    {
        (_terminal, _cancellation) = (terminal, cancellation);
        Add(_model);
        Add(_tokens);
        Add(_output);
        Add(_pcm);
        Add(_format);
        Add(_overwrite);
        Add(_seed);
        _synthesis.AddTo(this);
        _torch.AddTo(this);
    }

    protected override int Run(ParseResult arguments)
    {
        if (arguments.GetValue(_pcm) is { } live) return RunLive(arguments, live);
        string folder = arguments.GetValue(_output) ?? throw new UsageException("--output is missing: a folder for the WAV files.");
        var tally = new Tally(_terminal);
        using var copied = new CopiedInputs(_terminal.OpenInput, _cancellation);
        var inputs = new TokenInputs(arguments.GetRequiredValue(_tokens), copied, tally.Refuse);
        using var vocoder = Open(arguments, live: false, out var griffinLim, out var pipeline);
        using var _ = pipeline;
        var format = arguments.GetValue(_format);
        var sounds = new ReconstructedSounds(folder, format, arguments.GetValue(_overwrite), tally, _terminal)
        {
            Finished = inputs.HasFolder
                ? new FinishedSounds(folder, Settings(pipeline.Model, format, griffinLim, vocoder)) : null,
        };
        string modelName = Path.GetFileNameWithoutExtension(arguments.GetRequiredValue(_model));
        var clips = inputs.Read(pipeline.Model, modelName, pipeline.CanStream ? LongSound.MaxInMemory : null, tally.Refuse);
        _terminal.Follow("Reconstructing", inputs.Bytes, hidden: false, report =>
        {
            foreach (var (target, blocks) in pipeline.Synthesize(sounds.Wanted(clips, _cancellation)))
            {
                sounds.Write(target, Watched(blocks, () => report(inputs.Done)), pipeline.Model);
                report(inputs.Done);
            }
        });
        return tally.Conclude();
    }

    private int RunLive(ParseResult arguments, PcmSampleFormat format)
    {
        string output = arguments.GetValue(_output) ?? StandardInput.Name;
        if (arguments.GetRequiredValue(_tokens) is not [StandardInput.Name])
            throw new UsageException("--pcm is about standard input: the only TOKENS must be '-'.");
        string model = arguments.GetRequiredValue(_model);
        if (_synthesis.VocoderName(arguments, model) is not { } vocoderName)
            throw new UsageException("--pcm needs --vocoder: Griffin-Lim cannot make sound before it has the whole of it.");
        if (_synthesis.GivenRounds(arguments) > 0)
            throw new UsageException("--griffin-lim must be 0 with --pcm: Griffin-Lim cannot make sound before it has the whole of it.");
        if (arguments.GetResult(_format) is { Implicit: false })
            throw new UsageException("--format is about WAV files: the samples of live sound are what --pcm says.");
        if (output.EndsWith(".wav", StringComparison.OrdinalIgnoreCase))
            throw new UsageException(
                $"--output '{output}' would be no WAV file: the samples of --pcm have no header. Name it .pcm or .raw.");
        if (output != StandardInput.Name) CheckedArgument.CheckIsNotRead(output, model, vocoderName);
        using var vocoder = Open(arguments, live: true, out var griffinLim, out var pipeline);
        using var _ = pipeline;
        var tally = new Tally(_terminal);
        new LiveReconstruction(pipeline, format, _terminal, _cancellation).Run(output, tally);
        return tally.Conclude();
    }

    private NeuralVocoder? Open(ParseResult arguments, bool live, out GriffinLimOptions griffinLim, out SynthesisPipeline pipeline)
    {
        var ml = _torch.CreateContext(arguments, out string device);
        string model = arguments.GetRequiredValue(_model);
        var vocoder = _synthesis.LoadVocoder(arguments, model, device);
        try
        {
            var saved = SavedModel.Load(ml, model);
            griffinLim = new GriffinLimOptions { Seed = arguments.GetValue(_seed) ?? 0 };
            griffinLim = griffinLim with { Iterations = live ? 0 : _synthesis.Rounds(arguments, model) };
            pipeline = new SynthesisPipeline(ml, saved, _torch.BatchSize(arguments), griffinLim, vocoder);
            return vocoder;
        }
        catch
        {
            vocoder?.Dispose();
            throw;
        }
    }

    private IEnumerable<ReadOnlyMemory<float>> Watched(IEnumerable<ReadOnlyMemory<float>> blocks, Action report)
    {
        foreach (var block in blocks)
        {
            _cancellation.ThrowIfCancellationRequested();
            yield return block;
            report();
        }
    }

    // All options that change the sound of given tokens.
    private static string Settings(AudioBsqModel model, WavSampleFormat format, GriffinLimOptions griffinLim, NeuralVocoder? vocoder) =>
        $"{model.Fingerprint} {format} {griffinLim.Seed} {griffinLim.Iterations} {vocoder?.Fingerprint}";
}
