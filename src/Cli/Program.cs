using System.CommandLine;
using System.Runtime.InteropServices;
using AudioBsq.Cli.Commands;
using AudioBsq.Cli.Console;
using AudioBsq.Persistence;

namespace AudioBsq.Cli;

/// <summary>
/// Start reading here: <c>audiobsq COMMAND …</c>. Each command is one file of the folder Commands; <see cref="ExitCode"/> has the exit
/// codes.
/// </summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        using var source = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        return Run(args, System.Console.Out, System.Console.Error, cancellation: source.Token);

        // The first signal stops the work in good order, a second one ends the process.
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !source.IsCancellationRequested;
            if (!signal.Cancel) AtomicFile.DeleteUnfinished();
            source.Cancel();
        }
    }

    /// <summary>Runs a command line; a test runs it in its own process.</summary>
    public static int Run(
        string[] args, TextWriter output, TextWriter messages, Func<Stream>? openInput = null, Func<Stream>? openOutput = null,
        CancellationToken cancellation = default)
    {
        var terminal = new Terminal(output, messages)
        {
            OpenInput = openInput ?? System.Console.OpenStandardInput,
            OpenOutput = openOutput ?? System.Console.OpenStandardOutput,
        };
        var root = new AudioBsqCommand(terminal, cancellation);
        // No response files: an argument that begins with '@' is a file of that name.
        var parsed = root.Parse(args.Length == 0 ? ["--help"] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        try
        {
            if (parsed.Errors.Count > 0 && parsed.UnmatchedTokens is [var unknown, ..])
                throw new UsageException($"There is no command or option '{unknown}' here.");
            if (parsed.Errors is [var error, ..]) throw new UsageException(error.Message);
            terminal.IsVerbose = parsed.GetValue(root.Verbose);
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = output,
                Error = messages,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (UsageException mistake)
        {
            string command = parsed.CommandResult.Command is { } named && named != root ? $"audiobsq {named.Name}" : "audiobsq";
            terminal.Say($"{mistake.Message} See '{command} --help'.", mistake);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException stop)
        {
            terminal.Say("stopped.", stop);
            return ExitCode.Cancelled;
        }
        catch (Exception failure)
        {
            terminal.Say(Failure.Reason(failure), failure);
            return ExitCode.NothingDone;
        }
    }
}
