using System.Diagnostics;
using System.Globalization;
using AudioBsq.Tests.Model.Distributed;

namespace AudioBsq.Tests.Cli.Training;

/// <summary>Processes that train together, as launchers start them.</summary>
[Trait("Speed", "Slow")]
public sealed class RankTests : IDisposable
{
    private readonly TrainingFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Ranks_TrainTheModelOfOneProcess_AndGoOnWithAnyNumberOfThem()
    {
        Ran.AudioBsq("train", _data.Config, "-o", _data.PathOf("one"), "--set", "checkpoint_dir=c").Expect(0);

        var ranks = await Run(2, ["train", _data.Config, "-o", _data.PathOf("two"), "--set", "checkpoint_dir=c"]);

        Assert.All(ranks, rank => Assert.Equal((0, ""), (rank.ExitCode, rank.ExitCode == 0 ? "" : rank.Messages)));
        Assert.Contains("rank 0 of 2, connected by TCP", ranks[0].Messages);
        Assert.Equal("", ranks[1].Output + ranks[1].Messages);
        CheckIsSame("one", "two");

        Ran.AudioBsq("train", _data.Config, "-o", _data.PathOf("one"), "--set", "checkpoint_dir=c", "--set", "max_iter=12").Expect(0);
        Ran.AudioBsq("train", _data.Config, "-o", _data.PathOf("two"), "--set", "checkpoint_dir=c", "--set", "max_iter=12").Expect(0);
        CheckIsSame("one", "two");
    }

    [SkippableFact]
    public async Task Mpirun_TrainsTheModelOfOneProcess()
    {
        Skip.IfNot(Path.Exists("/usr/bin/mpirun"), "There is no mpirun.");
        Ran.AudioBsq("train", _data.Config, "-o", _data.PathOf("one")).Expect(0);

        using var job = Start(
            "mpirun", new() { ["OMPI_ALLOW_RUN_AS_ROOT"] = "1", ["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1" },
            [
                "--bind-to", "none", "--oversubscribe", "-np", "2",
                DotnetHost.Path, Program, "train", _data.Config, "-o", _data.PathOf("two"),
            ]);
        var result = await End(job);

        Assert.True(result.ExitCode == 0, result.Messages);
        Assert.Contains("rank 0 of 2, connected by MPI", result.Messages);
        CheckIsSame("one", "two");
    }

    [Fact]
    public async Task Ranks_AllEnd_WhenOneDies()
    {
        int port = Ranks.FreePort();
        string[] arguments = ["train", _data.Config, "-o", _data.PathOf("out"), "--set", "max_iter=1000000", "--set", "print_every=1"];
        Process[] jobs = [.. Enumerable.Range(0, 2).Select(rank => StartRank(rank, 2, port, arguments))];
        var others = End(jobs[1]);
        while ((await jobs[0].StandardError.ReadLineAsync())?.StartsWith("step 3 ", StringComparison.Ordinal) == false)
        {
        }

        jobs[1].Kill();
        var first = await End(jobs[0]);

        Assert.Equal(3, first.ExitCode);
        Assert.Contains("rank 0 of 2 cannot go on", first.Messages);
        Assert.Contains("Rank 1 has left the training job", first.Messages);
        await others;
        foreach (var job in jobs) job.Dispose();
    }

    [Fact]
    public async Task Ranks_NameWhatDiffersBetweenThem()
    {
        int port = Ranks.FreePort();
        string[] arguments = ["train", _data.Config, "-o", _data.PathOf("out")];
        using var first = StartRank(0, 2, port, arguments);
        using var second = StartRank(1, 2, port, [.. arguments, "--set", "lr=0.5"]);

        var results = await Task.WhenAll(End(first), End(second));

        Assert.All(results, result => Assert.Equal(3, result.ExitCode));
        Assert.Contains("Rank 1 has other options than rank 0", results[1].Messages);
    }

    [Fact]
    public async Task Ranks_MustNotBeMoreThanABatchHas()
    {
        var results = await Run(3, ["train", _data.Config, "-o", _data.PathOf("out")]);

        Assert.All(results, result => Assert.Equal(3, result.ExitCode));
        Assert.Contains("BatchSize must be at least the 3 ranks", results[0].Messages);
    }

    private sealed record Result(int ExitCode, string Output, string Messages);

    private static string Program => typeof(AudioBsq.Cli.Console.ExitCode).Assembly.Location;

    // Losses and errors of all reports.
    private void CheckIsSame(string expected, string found)
    {
        string[][] a = Rows(expected), b = Rows(found);
        Assert.Equal(a.Length, b.Length);
        string[] columns = ["step", "loss", "mel_error", "gradient_norm", "validation_mae", "validation_entropy"];
        foreach (string column in columns)
        {
            int at = Array.IndexOf(a[0], column);
            for (int row = 1; row < a.Length; row++) Close.To(Number(a[row][at]), Number(b[row][at]), 2e-3, $"{column} of report {row}");
        }

        static double Number(string text) => text.Length == 0 ? 0 : double.Parse(text, CultureInfo.InvariantCulture);
    }

    private string[][] Rows(string folder) => [.. File.ReadLines(_data.PathOf(folder, "metrics.csv")).Select(line => line.Split(','))];

    private static async Task<Result[]> Run(int size, string[] arguments)
    {
        int port = Ranks.FreePort();
        Process[] jobs = [.. Enumerable.Range(0, size).Select(rank => StartRank(rank, size, port, arguments))];
        var results = await Task.WhenAll(jobs.Select(End));
        foreach (var job in jobs) job.Dispose();
        return results;
    }

    private static Process StartRank(int rank, int size, int port, string[] arguments) => Start(
        DotnetHost.Path,
        new()
        {
            ["RANK"] = $"{rank}",
            ["WORLD_SIZE"] = $"{size}",
            ["MASTER_ADDR"] = "127.0.0.1",
            ["MASTER_PORT"] = $"{port}",
        },
        [Program, .. arguments]);

    private static Process Start(string program, Dictionary<string, string> variables, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static async Task<Result> End(Process process)
    {
        using var longest = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        using var kill = longest.Token.Register(process.Kill);
        var output = process.StandardOutput.ReadToEndAsync();
        string messages = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new Result(process.ExitCode, await output, messages);
    }
}
