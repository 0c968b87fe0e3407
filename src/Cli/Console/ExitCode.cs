namespace AudioBsq.Cli.Console;

/// <summary>The exit codes, and what they mean.</summary>
internal static class ExitCode
{
    /// <summary>Everything was done.</summary>
    public const int Success = 0;

    /// <summary>Some clips failed; the others are in the output.</summary>
    public const int SomeFailed = 1;

    /// <summary>The command line or the configuration is wrong.</summary>
    public const int Usage = 2;

    /// <summary>There is no output: no usable model, no place to write to, or not one good clip.</summary>
    public const int NothingDone = 3;

    /// <summary>Stopped by Ctrl+C, or by the signal to terminate or hang up.</summary>
    public const int Cancelled = 130;

    /// <summary>The codes as they stand in the help.</summary>
    public const string Help = """
        Exit codes:
          0    everything was done
          1    some clips failed, each named on standard error; the others are in the output
          2    the command line or the configuration makes no sense
          3    there is no output: no usable model, no place to write, or no good clip
          130  stopped by Ctrl+C
        """;

    /// <summary>The code for so many clips that succeeded and failed.</summary>
    public static int Of(int good, int bad) => bad == 0 ? Success : good > 0 ? SomeFailed : NothingDone;
}
