namespace AudioBsq.Cli.Console;

/// <summary>What the program says to a script.</summary>
internal static class ExitCode
{
    /// <summary>Everything was done.</summary>
    public const int Success = 0;

    /// <summary>Some clips failed; the others are in the output.</summary>
    public const int SomeFailed = 1;

    /// <summary>The command line makes no sense, or the configuration that it names.</summary>
    public const int Usage = 2;

    /// <summary>There is no output: no usable model, no place to write to, or not one good clip.</summary>
    public const int NothingDone = 3;

    /// <summary>Stopped by Ctrl+C.</summary>
    public const int Cancelled = 130;

    /// <summary>As a part of the help text.</summary>
    public const string Help = """
        Exit codes:
          0    everything was done
          1    some clips failed, each named on standard error; the others are in the output
          2    the command line or the configuration makes no sense
          3    there is no output: no usable model, no place to write, or no good clip
          130  stopped by Ctrl+C
        """;

    /// <summary>The code for this many good and bad clips.</summary>
    public static int Of(int good, int bad) => bad == 0 ? Success : good > 0 ? SomeFailed : NothingDone;
}
