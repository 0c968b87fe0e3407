using System.CommandLine;
using AudioBsq.Cli.Console;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using AudioBsq.Vocoding;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>
/// The options of commands that make sound: a vocoder, and rounds of Griffin-Lim. A model that comes with the program brings its own of
/// both.
/// </summary>
/// <param name="note">What else the help says of the vocoder.</param>
internal sealed class SynthesisOptions(string note)
{
    private const string None = "none";

    private readonly Option<string?> _vocoder = new("--vocoder")
    {
        Description = $"A file that 'audiobsq train-vocoder' wrote, to make the sound with instead of by Griffin-Lim, {note}; "
            + $"{string.Join(" and ", PretrainedAudioModels.All)} have their own, which '{None}' leaves out",
        HelpName = "FILE",
    };

    private readonly Option<int?> _rounds = CheckedOption.Integer(
        "--griffin-lim", $"Rounds of Griffin-Lim [default: {DefaultRounds}, and 0 after a vocoder]", min: 0);

    private static int DefaultRounds => new GriffinLimOptions().Iterations;

    public void AddTo(Command command)
    {
        command.Add(_vocoder);
        command.Add(_rounds);
    }

    /// <summary>Whether one of them is given.</summary>
    public bool AreGiven(ParseResult arguments) => arguments.GetValue(_vocoder) is not null || arguments.GetValue(_rounds) is not null;

    /// <summary>Rounds of Griffin-Lim, where they are given.</summary>
    public int? GivenRounds(ParseResult arguments) => arguments.GetValue(_rounds);

    /// <summary>Rounds of Griffin-Lim: as given, else those of the vocoder, else the default without one.</summary>
    public int Rounds(ParseResult arguments, string model) =>
        arguments.GetValue(_rounds)
        ?? (VocoderName(arguments, model) is null ? DefaultRounds : OwnOf(arguments, model)?.RefinementIterations ?? 0);

    /// <summary>The vocoder's file, or the model whose own it is; null where there is none.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="model">The tokenizer's zip, or the name of a model that comes with the program.</param>
    public string? VocoderName(ParseResult arguments, string model) =>
        arguments.GetValue(_vocoder) is { } given ? (given == None ? null : given) : SavedModel.FindShipped(model)?.Name;

    /// <summary>The vocoder, or null where there is none.</summary>
    public NeuralVocoder? LoadVocoder(ParseResult arguments, string model, string device)
    {
        if (OwnOf(arguments, model) is { } own) return own.LoadVocoder(device);
        if (VocoderName(arguments, model) is not { } path) return null;
        if (Directory.Exists(path)) throw new InvalidDataException($"'{path}' is a folder, not a vocoder.");
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no vocoder '{path}'.", path);
        return NeuralVocoder.Load(path, device);
    }

    private PretrainedAudioModel? OwnOf(ParseResult arguments, string model) =>
        arguments.GetValue(_vocoder) is null ? SavedModel.FindShipped(model) : null;
}
