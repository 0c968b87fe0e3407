namespace AudioBsq.Cli.Console;

/// <summary>Standard input on the command line.</summary>
internal static class StandardInput
{
    /// <summary>Its name.</summary>
    public const string Name = "-";

    private static readonly string[] Paths = ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

    /// <summary>Whether a name means it.</summary>
    public static bool IsMeantBy(string name) => name == Name || Paths.Contains(name);
}
