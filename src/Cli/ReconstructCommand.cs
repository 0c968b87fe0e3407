using System.CommandLine;
using System.Security.Cryptography;
using AudioBsq.Decoding;
using AudioBsq.Signal;
using AudioBsq.Vocoding;

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

    private readonly Option<string?> _vocoder = new("--vocoder")
    {
        Description = "A file that 'audiobsq train-vocoder' wrote, to make the sound with instead of by Griffin-Lim",
        HelpName = "FILE",
    };

    private readonly Option<int?> _rounds = Checked.Number("--griffin-lim", $"Rounds of Griffin-Lim [default: {new GriffinLimOptions().Iterations}, and 0 after a vocoder]", least: 0);

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
            audiobsq reconstruct tokenizer.zip tokens.jsonl -o rebuilt --vocoder vocoder.safetensors
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
        Add(_vocoder);
        Add(_rounds);
        _torch.AddTo(this);
    }

    protected override int Run(ParseResult arguments)
    {
        var tally = new Tally(_terminal);
        var inputs = new TokenInputs(arguments.GetRequiredValue(_tokens), tally.Refuse);
        var ml = _torch.CreateContext(arguments, out string device);
        string? vocoderPath = arguments.GetValue(_vocoder);
        using var vocoder = LoadVocoder(vocoderPath, device);
        var saved = SavedModel.Load(ml, arguments.GetRequiredValue(_model));
        var griffinLim = new GriffinLimOptions { Seed = arguments.GetValue(_seed) ?? 0 };
        griffinLim = griffinLim with { Iterations = arguments.GetValue(_rounds) ?? (vocoder is null ? griffinLim.Iterations : 0) };
        using var pipeline = new WavePipeline(ml, saved, _torch.BatchSize(arguments), griffinLim, vocoder);
        string folder = arguments.GetRequiredValue(_folder);
        var format = arguments.GetValue(_format);
        var sounds = new ReconstructedSounds(folder, format, arguments.GetValue(_overwrite), tally, _terminal)
        {
            Finished = inputs.HasFolder ? new FinishedSounds(folder, Settings(pipeline.Model, format, griffinLim, vocoderPath)) : null,
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
    private static string Settings(AudioBsqModel model, WavSampleFormat format, GriffinLimOptions griffinLim, string? vocoder) =>
        $"{model.Fingerprint} {format} {griffinLim.Seed} {griffinLim.Iterations}{(vocoder is null ? "" : $" {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(vocoder)))}")}";

    /// <summary>The vocoder of a file, or none for none.</summary>
    internal static NeuralVocoder? LoadVocoder(string? path, string device)
    {
        if (path is null) return null;
        if (Directory.Exists(path)) throw new InvalidDataException($"'{path}' is a folder, not a vocoder.");
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no vocoder '{path}'.", path);
        return NeuralVocoder.Load(path, device);
    }
}
