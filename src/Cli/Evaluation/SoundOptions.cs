using System.CommandLine;
using System.CommandLine.Parsing;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Evaluation;

/// <summary>The options about sound that is made and measured.</summary>
internal sealed class SoundOptions
{
    private readonly SynthesisOptions _synthesis = new("for the ceiling too");

    private readonly Option<string?> _command = new("--metric-command")
    {
        Description =
            "A program of yours that is run with two more arguments, the original's WAV file and the other one's, and prints a number; "
            + "it is started as it is, without a shell, and \"quotes\" keep a word together",
        HelpName = "COMMAND",
    };

    private readonly Option<string?> _name = new("--metric-name")
    {
        Description = "What its number is, with its version, as it shall stand in the results",
        HelpName = "NAME",
    };

    private readonly Option<int?> _limit =
        CheckedOption.Count("--metric-timeout", "Seconds that it may take for each pair of files [default: 60]");

    public void AddTo(Command command)
    {
        _synthesis.AddTo(command);
        command.Add(_command);
        command.Add(_name);
        command.Add(_limit);
    }

    /// <summary>Whether an option is given that asks for sound.</summary>
    public bool AreGiven(ParseResult arguments) =>
        _synthesis.AreGiven(arguments) || arguments.GetValue(_command) is not null;

    /// <summary>How a model's mel spectrograms become sound.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="model">The tokenizer's zip, or the name of a model that comes with the program.</param>
    /// <param name="mel">Its mel spectrograms.</param>
    /// <param name="device">Where to compute.</param>
    public Synthesis Synthesis(ParseResult arguments, string model, MelOptions mel, string device) =>
        _synthesis.LoadVocoder(arguments, model, device) is { } vocoder
        ? Evaluation.Synthesis.Vocoder(vocoder, _synthesis.VocoderName(arguments, model)!, mel, _synthesis.Rounds(arguments, model))
        : Evaluation.Synthesis.GriffinLim(mel, _synthesis.GivenRounds(arguments));

    /// <summary>The user's program, or null.</summary>
    /// <exception cref="UsageException">It has no name, or one that is taken, or a name has no program.</exception>
    public MetricProgram? MetricProgram(ParseResult arguments)
    {
        string? name = arguments.GetValue(_name)?.Trim();
        if (arguments.GetValue(_command) is not { } line)
        {
            if (name is null && arguments.GetValue(_limit) is null) return null;
            throw new UsageException("--metric-name and --metric-timeout say more about a --metric-command, and there is none.");
        }

        string[] words = [.. CommandLineParser.SplitCommandLine(line)];
        if (words.Length == 0) throw new UsageException("--metric-command names no program.");
        if (string.IsNullOrEmpty(name))
            throw new UsageException("--metric-command needs --metric-name: what its number is, with its version.");
        if (SoundMetrics.All.Any(metric => new[] { metric.Key, metric.Name }.Contains(name, StringComparer.OrdinalIgnoreCase)))
            throw new UsageException($"--metric-name '{name}' is the name of a metric that is measured here; give it another one.");
        return new MetricProgram(name, words, TimeSpan.FromSeconds(arguments.GetValue(_limit) ?? 60));
    }
}
