using AudioBsq.Cli.Tokenizing;
using TorchSharp;
using CommandLine = AudioBsq.Cli.Program;

namespace AudioBsq.Tests.Cli;

/// <summary>What <c>audiobsq</c> did, run in this process.</summary>
internal sealed record Ran(int Code, string Output, string Messages, int Threads)
{
    public string[] OutputLines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public string[] MessageLines => Messages.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static Ran AudioBsq(params string[] arguments)
    {
        using StringWriter output = new(), messages = new();
        return Run(arguments, output, messages, CancellationToken.None);
    }

    /// <summary>The same with this as standard input.</summary>
    public static Ran WithInput(Stream input, params string[] arguments)
    {
        using StringWriter output = new(), messages = new();
        return Run(arguments, output, messages, CancellationToken.None, input);
    }

    /// <summary>The same, stopped by the test, as by Ctrl+C.</summary>
    public static Ran WithInput(Stream input, CancellationToken cancellation, params string[] arguments)
    {
        using StringWriter output = new(), messages = new();
        return Run(arguments, output, messages, cancellation, input);
    }

    /// <summary>The same with this as standard output too, for bytes.</summary>
    public static Ran WithStreams(Stream input, Stream bytes, CancellationToken cancellation, params string[] arguments)
    {
        using StringWriter output = new(), messages = new();
        return Run(arguments, output, messages, cancellation, input, bytes);
    }

    /// <summary>The same, stopped as by Ctrl+C when the first line is written, to output or to messages.</summary>
    public static Ran UntilFirstLine(bool ofOutput, params string[] arguments)
    {
        using var source = new CancellationTokenSource();
        using StringWriter output = ofOutput ? new Stopper(source) : new StringWriter(),
            messages = ofOutput ? new StringWriter() : new Stopper(source);
        return Run(arguments, output, messages, source.Token);
    }

    /// <summary>The same, stopped at the first message that begins with "step".</summary>
    public static Ran UntilFirstReport(params string[] arguments)
    {
        using var source = new CancellationTokenSource();
        using StringWriter output = new(), messages = new Stopper(source, "step ");
        return Run(arguments, output, messages, source.Token);
    }

    /// <summary>Fails with the messages where the code is another one.</summary>
    public Ran Expect(int code)
    {
        Assert.True(Code == code, $"exit code {code} expected, {Code} found: {Messages}");
        return this;
    }

    /// <summary>The tokens in the output.</summary>
    public List<ClipTokens> Clips() => [.. TokenFile.Read(new StringReader(Output)).Select(line => line.Clip!)];

    // The program's number of threads would stay that of the tests after it, whose weights depend on it.
    private static Ran Run(
        string[] arguments, StringWriter output, StringWriter messages, CancellationToken cancellation, Stream? input = null,
        Stream? bytes = null)
    {
        int threads = torch.get_num_threads();
        try
        {
            int code =
                CommandLine.Run(
                arguments, output, messages, input is null ? null : () => input, bytes is null ? null : () => bytes, cancellation);
            return new Ran(code, output.ToString(), messages.ToString(), torch.get_num_threads());
        }
        finally
        {
            torch.set_num_threads(threads);
        }
    }

    private sealed class Stopper(CancellationTokenSource source, string beginning = "") : StringWriter
    {
        public override void Write(string? value)
        {
            base.Write(value);
            StopAt(value);
        }

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            StopAt(value);
        }

        private void StopAt(string? value)
        {
            if (value?.StartsWith(beginning, StringComparison.Ordinal) == true) source.Cancel();
        }
    }
}
