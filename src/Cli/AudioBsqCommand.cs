using System.CommandLine;
using System.CommandLine.Help;

namespace AudioBsq.Cli;

/// <summary>The root of the command line: what all commands have in common.</summary>
internal sealed class AudioBsqCommand : RootCommand
{
    public AudioBsqCommand(Terminal terminal, CancellationToken cancellation)
        : base("""
            Audio to tokens and back.

              The tokenizer is an ML.NET pipeline, LoadAudio → ExtractMelSpectrogram → TokenizeAudio of the package AudioBsq.MLNet,
              trained by a program of yours and written by mlContext.Model.Save as one zip.
            """)
    {
        ExampleCommand[] commands = [new TokenizeCommand(terminal, cancellation), new ReconstructCommand(terminal, cancellation), new InfoCommand(terminal, cancellation)];
        foreach (var command in commands) Add(command);
        Add(Verbose);
        var help = Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        Options.OfType<VersionOption>().Single().Action = new ShowVersion();
    }

    /// <summary>Adds stack traces to messages.</summary>
    public Option<bool> Verbose { get; } = new("--verbose") { Description = "Follow every error with its stack trace", Recursive = true };
}
