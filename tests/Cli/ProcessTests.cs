using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using AudioBsq.Tests.Cli.Streaming;

namespace AudioBsq.Tests.Cli;

/// <summary>The program in a process of its own.</summary>
[Trait("Speed", "Slow")]
public sealed partial class ProcessTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>
{
    [Fact]
    public async Task Process_GivesTheSameLines_AndTheExitCode()
    {
        using var process = Start("tokenize", model.Zip, model.Clips, "no such.wav");
        var reading = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        string messages = await reading;
        await process.WaitForExitAsync();

        Assert.Equal(1, process.ExitCode);
        Assert.Equal(Ran.AudioBsq("tokenize", model.Zip, model.Clips).Output, output);
        Assert.Equal(2, messages.Trim().Split('\n').Length);
        Assert.DoesNotContain('\u001b', messages);
    }

    [SkippableFact]
    public async Task Signal_StopsAfterAWholeLine()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no signals to send to one process.");
        // More lines than a pipe holds: the process cannot end by itself before the first one was read and the signal sent.
        using var process = Start(["tokenize", model.Zip, .. Enumerable.Repeat(model.Clip(4), 3_000)]);
        var messages = process.StandardError.ReadToEndAsync();
        Assert.NotNull(await process.StandardOutput.ReadLineAsync());

        Assert.Equal(0, SendSignal(process.Id, Terminate));
        string[] lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n');
        await process.WaitForExitAsync();

        Assert.Equal(130, process.ExitCode);
        Assert.Equal("audiobsq: stopped.", (await messages).Trim());
        Assert.InRange(lines.Length, 1, 2_998);
        Assert.Equal("", lines[^1]);
        Assert.All(lines[..^1], line => Assert.EndsWith("]}", line));
    }

    [SkippableFact]
    public async Task Signal_EndsLiveSound_ThoughStandardInputGoesOn()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no signals to send to one process.");
        using var process = Start("tokenize", model.Causal, "-", "--pcm", "s16le");
        var messages = process.StandardError.ReadToEndAsync();
        byte[] second = LiveSound.Pcm(16_000);
        await process.StandardInput.BaseStream.WriteAsync(second);
        await process.StandardInput.BaseStream.FlushAsync();
        string? first = await process.StandardOutput.ReadLineAsync();

        Assert.Equal(0, SendSignal(process.Id, Terminate));
        string rest = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(0, process.ExitCode);
        Assert.StartsWith("{\"step\":0,\"start\":0,\"tokens\":[", first);
        Assert.EndsWith("]}\n", rest);
        Assert.StartsWith("audiobsq: listening to s16le", (await messages).Trim());
    }

    [SkippableTheory, InlineData(Terminate), InlineData(HangUp)]
    public async Task Signal_EndsTheWaitingForAPipe_AndLeavesNoFile(int signal)
    {
        string output = model.New("tokens.jsonl"), folder = Path.GetDirectoryName(output)!;
        string pipe = NamedPipe.Make(model.New("never.wav"));
        using var watcher = new FileSystemWatcher(folder);
        var created = Task.Run(() => watcher.WaitForChanged(WatcherChangeTypes.Created, TimeSpan.FromMinutes(2)));
        using var process = Start("tokenize", model.Zip, pipe, "-o", output);
        Assert.False((await created).TimedOut);

        Assert.Equal(0, SendSignal(process.Id, signal));
        string messages = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal((130, "audiobsq: stopped."), (process.ExitCode, messages.Trim()));
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    private const int Terminate = 15, HangUp = 1;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    // A process inherits the signals that its parent ignores.
    private static bool IsIgnored(int signal)
    {
        if (!File.Exists("/proc/self/status")) return false;
        string mask = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..];
        return (ulong.Parse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> (signal - 1) & 1) == 1;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    private static Process Start(params string[] arguments)
    {
        string host = DotnetHost.Path;
        var start = new ProcessStartInfo(host, [typeof(AudioBsq.Cli.Console.ExitCode).Assembly.Location, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        _ = KillAfter(Longest, process.Id);
        return process;
    }

    // A program that does not end fails its test, and does not stop the others.
    private static async Task KillAfter(TimeSpan time, int id)
    {
        using var process = Process.GetProcessById(id);
        using var end = new CancellationTokenSource(time);
        try
        {
            await process.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }
    }
}
