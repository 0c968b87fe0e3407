using System.CommandLine;
using AudioBsq.Cli.Console;
using AudioBsq.Signal;
using AudioBsq.Vocoding;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>The options of commands that make sound: a vocoder's file, and rounds of Griffin-Lim.</summary>
/// <param name="note">What else the help says of the vocoder.</param>
internal sealed class SynthesisOptions(string note)
{
    private readonly Option<string?> _vocoder = new("--vocoder")
    {
        Description = $"A file that 'audiobsq train-vocoder' wrote, to make the sound with instead of by Griffin-Lim; {note}",
        HelpName = "FILE",
    };

    private readonly Option<int?> _rounds = CheckedOption.Integer(
        "--griffin-lim", $"Rounds of Griffin-Lim [default: {new GriffinLimOptions().Iterations}, and 0 after a vocoder]", min: 0);

    public void AddTo(Command command)
    {
        command.Add(_vocoder);
        command.Add(_rounds);
    }

    /// <summary>The vocoder's file, or null.</summary>
    public string? Vocoder(ParseResult arguments) => arguments.GetValue(_vocoder);

    /// <summary>Rounds of Griffin-Lim, where they are given.</summary>
    public int? Rounds(ParseResult arguments) => arguments.GetValue(_rounds);

    /// <summary>The vocoder, or null where none is given.</summary>
    public NeuralVocoder? LoadVocoder(ParseResult arguments, string device)
    {
        if (Vocoder(arguments) is not { } path) return null;
        if (Directory.Exists(path)) throw new InvalidDataException($"'{path}' is a folder, not a vocoder.");
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no vocoder '{path}'.", path);
        return NeuralVocoder.Load(path, device);
    }
}
