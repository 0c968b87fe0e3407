using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using AudioBsq.Cli.Console;
using AudioBsq.Decoding;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Evaluation;

/// <summary>
/// A program of the user's that compares two sound files. It is started without a shell, with its own arguments and then the two paths; the
/// last line of its standard output is the number.
/// </summary>
/// <param name="name">The user's name for the number.</param>
/// <param name="words">The program and its first arguments.</param>
/// <param name="limit">How long it may take for a pair.</param>
internal sealed class MetricProgram(string name, IReadOnlyList<string> words, TimeSpan limit) : IDisposable
{
    private const int MaxText = 65_536;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("audiobsq-");

    public SoundMetric Metric { get; } = new(name, name, "", Better: null, 3);

    /// <summary>Runs the program once. If it takes too long, it and its child processes are ended.</summary>
    /// <exception cref="UsageException">There is no such program.</exception>
    public MetricOutcome Measure(Waveform reference, Waveform degraded, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(words[0])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string word in words.Skip(1)) start.ArgumentList.Add(word);
        start.ArgumentList.Add(Write("reference.wav", reference));
        start.ArgumentList.Add(Write("degraded.wav", degraded));
        using var process = Start(start);
        return Outcome(process, cancellation).GetAwaiter().GetResult();
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Write(string file, Waveform sound)
    {
        string path = Path.Combine(_folder.FullName, file);
        AudioFile.WriteWav(path, sound);
        return path;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception cause)
        {
            throw new UsageException($"--metric-command: '{start.FileName}' cannot be started: {cause.Message.TrimEnd('.')}.");
        }
    }

    private async Task<MetricOutcome> Outcome(Process process, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(limit);
        try
        {
            process.StandardInput.Close();
            var (output, error) = (Read(process.StandardOutput, end.Token), Read(process.StandardError, end.Token));
            await process.WaitForExitAsync(end.Token).ConfigureAwait(false);
            await Task.WhenAll(output, error).WaitAsync(end.Token).ConfigureAwait(false);
            return Judge(process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellation.ThrowIfCancellationRequested();
            return MetricOutcome.None(
                string.Create(CultureInfo.InvariantCulture, $"{name} did not end within {limit.TotalSeconds:0.###} s"));
        }
    }

    /// <summary>Reads a text to its end and returns its last part.</summary>
    private static async Task<string> Read(StreamReader reader, CancellationToken end)
    {
        string text = "";
        char[] part = new char[4096];
        for (int count; (count = await reader.ReadAsync(part, end).ConfigureAwait(false)) > 0;)
        {
            text += new string(part, 0, count);
            if (text.Length > 2 * MaxText) text = text[^MaxText..];
        }

        return text;
    }

    private MetricOutcome Judge(int code, string output, string error)
    {
        string last = LastLine(output);
        if (code != 0)
        {
            string reason = LastLine(error) is { Length: > 0 } line ? $": {line}" : "";
            return MetricOutcome.None(string.Create(CultureInfo.InvariantCulture, $"{name} ended with code {code}{reason}"));
        }

        if (last.Length == 0) return MetricOutcome.None($"{name} printed nothing");
        return double.TryParse(last, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? MetricOutcome.Of(value)
            : MetricOutcome.None($"{name} printed '{last}', which is no finite number");
    }

    private static string LastLine(string text)
    {
        string line = text.TrimEnd();
        line = line[(line.LastIndexOf('\n') + 1)..].Trim();
        return line.Length <= 100 ? line : line[..100] + "…";
    }
}
