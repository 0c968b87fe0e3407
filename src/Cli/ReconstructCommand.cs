using System.CommandLine;
using AudioBsq.Decoding;
using AudioBsq.Signal;

namespace AudioBsq.Cli;

/// <summary><c>audiobsq reconstruct</c>: tokens to sound files.</summary>
internal sealed class ReconstructCommand : ExampleCommand
{
    private readonly Terminal _terminal;
    private readonly CancellationToken _cancellation;
    private readonly TorchOptions _torch = new();

    private readonly Argument<string> _model =
        Checked.Input<string>("MODEL", "The tokenizer's zip that made the tokens; load only models that you trust", ArgumentArity.ExactlyOne);

    private readonly Argument<string[]> _tokens =
        Checked.Input<string[]>("TOKENS", "Files that 'audiobsq tokenize' wrote, and folders of its containers (.absq)", ArgumentArity.OneOrMore);

    private readonly Option<string> _folder = new("--output", "-o")
    {
        Description = "Folder for the WAV files; it is made if need be",
        HelpName = "FOLDER",
        Required = true,
    };

    private readonly Option<int?> _seed =
        Checked.Number("--seed", "Chooses the phases that the search for a waveform starts from; the same seed gives the same sound [default: 0]");

    private readonly Option<WavSampleFormat> _format = Checked.Choice(
        "--format",
        "Samples as 16-bit integers (pcm16), or as 32-bit floating point (float), which rounds and cuts off nothing",
        ("pcm16", WavSampleFormat.Pcm16), ("float", WavSampleFormat.IeeeFloat));

    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace WAV files that are there already; without it their clips fail" };

    public ReconstructCommand(Terminal terminal, CancellationToken cancellation)
        : base(
            "reconstruct",
            "Turn tokens back into sound: one WAV file for each clip, as long as the original to the sample.",
            """
            audiobsq reconstruct tokenizer.zip tokens.jsonl -o rebuilt
            audiobsq reconstruct tokenizer.zip hello.absq tokens/ -o rebuilt
            """,
            """
            A clip speech/a/hello.flac becomes FOLDER/speech/a/hello.wav, and a second one of that
            name hello (2).wav; a container tokens/a/hello.absq that was found in tokens/ becomes
            FOLDER/a/hello.wav. Where a container is damaged there is silence in place of what is
            lost. After Ctrl+C the WAV files that are finished stay; there are no half ones.

            Of a folder's containers, those that are finished are left out when the same command is
            given again: FOLDER/.audiobsq-finished.jsonl says from which tokens, model and options
            each WAV file was made, and what its content (SHA-256) must still be.
            """)
    {
        (_terminal, _cancellation) = (terminal, cancellation);
        Add(_model);
        Add(_tokens);
        Add(_folder);
        Add(_format);
        Add(_overwrite);
        Add(_seed);
        _torch.AddTo(this);
    }

    protected override int Run(ParseResult arguments)
    {
        var tally = new Tally(_terminal);
        var inputs = new TokenInputs(arguments.GetRequiredValue(_tokens), tally.Refuse);
        var ml = _torch.CreateContext(arguments);
        var saved = SavedModel.Load(ml, arguments.GetRequiredValue(_model));
        using var pipeline = new WavePipeline(ml, saved, _torch.BatchSize(arguments), new GriffinLimOptions { Seed = arguments.GetValue(_seed) ?? 0 });
        var sounds = new ReconstructedSounds(arguments.GetRequiredValue(_folder), arguments.GetValue(_format), arguments.GetValue(_overwrite), tally)
        {
            Finished = inputs.HasFolder ? new FinishedSounds(arguments.GetRequiredValue(_folder), Settings(arguments, pipeline.Model)) : null,
        };
        string modelName = Path.GetFileNameWithoutExtension(saved.Path);
        _terminal.Follow("Reconstructing", inputs.Bytes, hidden: false, report =>
        {
            foreach (var (target, sound) in pipeline.Synthesize(sounds.Wanted(inputs.Read(pipeline.Model, modelName, tally.Refuse), _cancellation)))
            {
                _cancellation.ThrowIfCancellationRequested();
                sounds.Write(target, sound, pipeline.Model);
                report(inputs.Done);
            }
        });
        return tally.Conclude();
    }

    // All that decides what the sound of given tokens is.
    private string Settings(ParseResult arguments, AudioBsqModel model) => $"{model.Fingerprint} {arguments.GetValue(_format)} {arguments.GetValue(_seed) ?? 0}";
}
