using System.CommandLine;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Evaluation;

namespace AudioBsq.Cli.Reports;

/// <summary>The options of the page that <c>audiobsq evaluate</c> writes.</summary>
internal sealed class PageOptions
{
    private readonly Option<string?> _file = new("--html", "--output", "-o")
    {
        Description =
            "Write one HTML page of figures, sound and pictures too, with all that --audio measures; a file that is there is replaced",
        HelpName = "FILE",
    };

    private readonly Option<int?> _clips =
        CheckedOption.Count("--clips", "Clips to see and hear in the page, chosen evenly among the inputs [default: 6]");

    private readonly Option<int?> _seconds = CheckedOption.Count(
        "--seconds", "A longer clip is cut in the page after so many seconds; its figures are of all of it [default: 30]");

    public void AddTo(Command command)
    {
        command.Add(_file);
        command.Add(_clips);
        command.Add(_seconds);
    }

    /// <summary>Whether a page is wanted.</summary>
    /// <exception cref="UsageException">Options say more about a page that is not.</exception>
    public bool IsGiven(ParseResult arguments)
    {
        if (arguments.GetValue(_file) is not null) return true;
        return arguments.GetValue(_clips) is null && arguments.GetValue(_seconds) is null
            ? false
            : throw new UsageException("--clips and --seconds are about the page of --html, which is missing.");
    }

    /// <summary>The page, whose file is opened at once: a place that cannot be written to is no surprise at the end.</summary>
    public ReportWriter Begin(ParseResult arguments, AudioBsqModel model, Synthesis synthesis) =>
        new(arguments.GetValue(_file)!, model, synthesis, arguments.GetValue(_clips) ?? 6, arguments.GetValue(_seconds) ?? 30);
}
