using System.CommandLine;
using System.CommandLine.Parsing;
using AudioBsq.Cli.Commands;
using AudioBsq.Cli.Console;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Evaluation;

/// <summary>The options of commands that make sound and measure it.</summary>
internal sealed class SoundOptions
{
    private readonly Option<string?> _vocoder = new("--vocoder")
    {
        Description = "A file that 'audiobsq train-vocoder' wrote, to make the sound with instead of by Griffin-Lim; for the ceiling too",
        HelpName = "FILE",
    };

    private readonly Option<int?> _rounds = CheckedOption.Number("--griffin-lim", $"Rounds of Griffin-Lim [default: {new GriffinLimOptions().Iterations}, and 0 after a vocoder]", least: 0);

    private readonly Option<string?> _command = new("--metric-command")
    {
        Description = "A program of yours that is run with two more arguments, the original's WAV file and the other one's, and prints a number; "
            + "it is started as it is, without a shell, and \"quotes\" keep a word together",
        HelpName = "COMMAND",
    };

    private readonly Option<string?> _name = new("--metric-name") { Description = "What its number is, with its version, as it shall stand in the results", HelpName = "NAME" };

    private readonly Option<int?> _limit = CheckedOption.Count("--metric-timeout", "Seconds that it may take for each pair of files [default: 60]");

    public void AddTo(Command command)
    {
        command.Add(_vocoder);
        command.Add(_rounds);
        command.Add(_command);
        command.Add(_name);
        command.Add(_limit);
    }

    /// <summary>Whether one of them is given that makes no sense without sound.</summary>
    public bool AskForSound(ParseResult arguments) => arguments.GetValue(_vocoder) is not null || arguments.GetValue(_rounds) is not null || arguments.GetValue(_command) is not null;

    /// <summary>How sound is made of a model's mel spectrograms.</summary>
    public Synthesis Synthesis(ParseResult arguments, MelOptions mel, string device)
    {
        int? rounds = arguments.GetValue(_rounds);
        return arguments.GetValue(_vocoder) is { } file && ReconstructCommand.LoadVocoder(file, device) is { } vocoder
            ? Sounds.Synthesis.Vocoder(vocoder, file, mel, rounds ?? 0)
            : Sounds.Synthesis.GriffinLim(mel, rounds);
    }

    /// <summary>The user's program, or null.</summary>
    /// <exception cref="UsageException">It has no name, or one that is taken, or a name has no program.</exception>
    public MetricProgram? MetricProgram(ParseResult arguments)
    {
        string? name = arguments.GetValue(_name)?.Trim();
        if (arguments.GetValue(_command) is not { } line)
            return name is null && arguments.GetValue(_limit) is null ? null : throw new UsageException("--metric-name and --metric-timeout say more about a --metric-command, and there is none.");
        string[] words = [.. CommandLineParser.SplitCommandLine(line)];
        if (words.Length == 0) throw new UsageException("--metric-command names no program.");
        if (string.IsNullOrEmpty(name)) throw new UsageException("--metric-command needs --metric-name: what its number is, with its version.");
        if (SoundMetrics.All.Any(metric => name.Equals(metric.Key, StringComparison.OrdinalIgnoreCase) || name.Equals(metric.Name, StringComparison.OrdinalIgnoreCase)))
            throw new UsageException($"--metric-name '{name}' is the name of a metric that is measured here; give it another one.");
        return new MetricProgram(name, words, TimeSpan.FromSeconds(arguments.GetValue(_limit) ?? 60));
    }
}
