using System.CommandLine;
using System.CommandLine.Help;
using AudioBsq.Cli.Console;

namespace AudioBsq.Cli.Commands;

/// <summary>
/// The root of the command line: all commands, and what they have in common. To add a command, write its class in this folder and list it
/// here.
/// </summary>
internal sealed class AudioBsqCommand : RootCommand
{
    public AudioBsqCommand(Terminal terminal, CancellationToken cancellation)
        : base("""
            Audio to tokens and back.

              MODEL is a tokenizer that 'audiobsq train' has made, or a program with the package AudioBsq.MLNet:
              the pipeline LoadAudio, ExtractMelSpectrogram, TokenizeAudio as mlContext.Model.Save writes it, one zip.
              'audiobsq import' makes one of weights that the Python version has trained.
              speech450 and speech900 come with the program: speech at 450 and 900 bits a second, and speech900-causal for live sound.
            """)
    {
        ExampleCommand[] commands =
        [
            new TrainCommand(terminal, cancellation),
            new PretrainCommand(terminal, cancellation),
            new TrainVocoderCommand(terminal, cancellation),
            new EvaluateCommand(terminal, cancellation),
            new CompareCommand(terminal, cancellation),
            new TokenizeCommand(terminal, cancellation),
            new VerifyCommand(terminal, cancellation),
            new MergeCommand(terminal, cancellation),
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

    /// <summary>Whether errors are followed by stack traces.</summary>
    public Option<bool> Verbose { get; } = new("--verbose") { Description = "Follow every error with its stack trace", Recursive = true };
}
