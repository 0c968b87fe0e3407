using System.CommandLine;
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

    private readonly Argument<string> _tokens =
        Checked.Input<string>("TOKENS", "A file that 'audiobsq tokenize' wrote", ArgumentArity.ExactlyOne);

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
            audiobsq reconstruct tokenizer.zip tokens.jsonl -o rebuilt --vocoder vocoder.safetensors
            """,
            """
            A clip speech/a/hello.flac becomes FOLDER/speech/a/hello.wav, and a second one of that
            name hello (2).wav. After Ctrl+C the WAV files that are finished stay; there are no
            half ones.
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
        using var stream = Open(arguments.GetRequiredValue(_tokens));
        var ml = _torch.CreateContext(arguments, out string device);
        using var vocoder = LoadVocoder(arguments.GetValue(_vocoder), device);
        var saved = SavedModel.Load(ml, arguments.GetRequiredValue(_model));
        var griffinLim = new GriffinLimOptions { Seed = arguments.GetValue(_seed) ?? 0 };
        griffinLim = griffinLim with { Iterations = arguments.GetValue(_rounds) ?? (vocoder is null ? griffinLim.Iterations : 0) };
        using var pipeline = new WavePipeline(ml, saved, _torch.BatchSize(arguments), griffinLim, vocoder);
        var tally = new Tally(_terminal);
        _terminal.Follow("Reconstructing", stream.CanSeek ? stream.Length : 1, hidden: false, report =>
        {
            foreach (var (target, sound) in pipeline.Synthesize(Clips(arguments, stream, pipeline.Model, tally)))
            {
                Write(target, sound, arguments.GetValue(_format), tally);
                if (stream.CanSeek) report(stream.Position);
            }
        });
        return tally.Conclude();
    }

    /// <summary>The vocoder of a file, or none for none.</summary>
    internal static NeuralVocoder? LoadVocoder(string? path, string device)
    {
        if (path is null) return null;
        if (Directory.Exists(path)) throw new InvalidDataException($"'{path}' is a folder, not a vocoder.");
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no vocoder '{path}'.", path);
        return NeuralVocoder.Load(path, device);
    }

    private static FileStream Open(string path)
    {
        if (Directory.Exists(path)) throw new InvalidDataException($"'{path}' is a folder, not a file of tokens.");
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file of tokens '{path}'.", path);
        return File.OpenRead(path);
    }

    private IEnumerable<(string Target, ClipTokens Clip)> Clips(ParseResult arguments, FileStream stream, AudioBsqModel model, Tally tally)
    {
        string file = arguments.GetRequiredValue(_tokens);
        var names = new WavNames(arguments.GetRequiredValue(_folder));
        using var reader = new StreamReader(stream);
        foreach (var line in TokenFile.Read(reader))
        {
            _cancellation.ThrowIfCancellationRequested();
            string? problem = line.Clip is { } clip ? clip.Misfit(model.Options, model.Mel) : line.Problem;
            if (problem is not null)
            {
                tally.Refuse($"{file}, line {line.Number}", problem);
                continue;
            }

            string target = names.Next(line.Clip!.Path);
            if (File.Exists(target) && !arguments.GetValue(_overwrite)) tally.Refuse(target, "there is such a file already; --overwrite replaces it");
            else yield return (target, line.Clip);
        }
    }

    private void Write(string target, Waveform sound, WavSampleFormat format, Tally tally)
    {
        _cancellation.ThrowIfCancellationRequested();
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var file = new WholeFile(target);
            int cut = AudioFile.WriteWav(file.Stream, sound, format);
            file.Keep();
            if (cut > 0) _terminal.Say($"{target}: {cut} of {sound.Samples.Length} samples were beyond full scale and are cut off; --format float keeps them.");
            tally.Count(sound.Seconds);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            tally.Refuse(target, failure.Message);
        }
    }
}
