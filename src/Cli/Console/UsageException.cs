namespace AudioBsq.Cli.Console;

/// <summary>The command line is wrong; the message is a sentence that says why.</summary>
internal sealed class UsageException(string message) : Exception(message);
