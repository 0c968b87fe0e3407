namespace AudioBsq.Cli.Console;

/// <summary>A command line that makes no sense; the message is a sentence that says why.</summary>
internal sealed class UsageException(string message) : Exception(message);
