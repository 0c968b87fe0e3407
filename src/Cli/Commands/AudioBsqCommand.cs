using System.CommandLine;
using System.CommandLine.Help;
using AudioBsq.Cli.Console;

namespace AudioBsq.Cli.Commands;

/// <summary>The root of the command line: what all commands have in common.</summary>
internal sealed class AudioBsqCommand : RootCommand
{
    public AudioBsqCommand(Terminal terminal, CancellationToken cancellation)
        : base("""
            Audio to tokens and back.

              MODEL is a tokenizer that 'audiobsq train' has made, or a program with the package AudioBsq.MLNet:
              the pipeline LoadAudio, ExtractMelSpectrogram, TokenizeAudio as mlContext.Model.Save writes it, one zip.
              'audiobsq import' makes one of weights that the Python version has trained.
            """)
    {
        ExampleCommand[] commands =
        [
            new TrainCommand(terminal, cancellation),
            new TrainVocoderCommand(terminal, cancellation),
            new EvaluateCommand(terminal, cancellation),
            new ReportCommand(terminal, cancellation),
            new CompareCommand(terminal, cancellation),
            new TokenizeCommand(terminal, cancellation),
            new ReconstructCommand(terminal, cancellation),
            new InfoCommand(terminal, cancellation),
            new ImportCommand(terminal),
            new ExportCommand(terminal),
        ];
        foreach (var command in commands) Add(command);
        Add(Verbose);
        var help = Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        Options.OfType<VersionOption>().Single().Action = new ShowVersion();
    }

    /// <summary>Adds stack traces to messages.</summary>
    public Option<bool> Verbose { get; } = new("--verbose") { Description = "Follow every error with its stack trace", Recursive = true };
}
