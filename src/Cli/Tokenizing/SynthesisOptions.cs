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
        Description = $"What makes the sound instead of Griffin-Lim, {note}: a file that 'audiobsq train-vocoder' wrote, or "
            + $"{string.Join(" or ", PretrainedAudioModels.All)}, which use their own where nothing is said; '{None}' leaves it out",
        HelpName = "VOCODER",
    };

    private readonly Option<int?> _rounds = CheckedOption.Integer(
        "--griffin-lim",
        $"Rounds of Griffin-Lim [default: {DefaultRounds}, 0 after a vocoder of yours, "
            + $"{PretrainedAudioModels.Speech900.RefinementIterations} after the others]",
        min: 0);

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
        ?? (VocoderName(arguments, model) is { } name ? SavedModel.FindShipped(name)?.RefinementIterations ?? 0 : DefaultRounds);

    /// <summary>The vocoder's file, or the model whose own it is; null where there is none.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="model">The tokenizer's zip, or the name of a model that comes with the program.</param>
    public string? VocoderName(ParseResult arguments, string model) =>
        arguments.GetValue(_vocoder) is { } given ? (given == None ? null : given) : SavedModel.FindShipped(model)?.Name;

    /// <summary>The vocoder, or null where there is none.</summary>
    public NeuralVocoder? LoadVocoder(ParseResult arguments, string model, string device) =>
        VocoderName(arguments, model) is { } name ? LoadVocoder(name, device) : null;

    /// <summary>The vocoder of a file, or of a model that comes with the program.</summary>
    public static NeuralVocoder LoadVocoder(string name, string device)
    {
        if (SavedModel.FindShipped(name) is { } shipped) return shipped.LoadVocoder(device);
        if (Directory.Exists(name)) throw new InvalidDataException($"'{name}' is a folder, not a vocoder.");
        if (!File.Exists(name))
        {
            throw new FileNotFoundException(
                $"There is no vocoder '{name}'. With the program come those of {SavedModel.ShippedNames}.", name);
        }

        return NeuralVocoder.Load(name, device);
    }
}
