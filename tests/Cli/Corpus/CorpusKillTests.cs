using System.Diagnostics;

namespace AudioBsq.Tests.Cli.Corpus;

/// <summary>Workers in processes of their own, which are killed.</summary>
[Trait("Speed", "Slow")]
public sealed class CorpusKillTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>, IDisposable
{
    private readonly CorpusData _corpus = new(clips: 300);

    public void Dispose() => _corpus.Dispose();

    [Fact]
    public async Task KilledWorkers_ComeToTheSameBytes()
    {
        string folder = _corpus.NewOutput();
        var random = new Random(1);
        for (int attempt = 0; attempt < 4; attempt++)
        {
            using Process first = Start(folder, "0/2"), second = Start(folder, "1/2");
            await Task.WhenAll(KillAt(random.Next(300, 2_500), first), KillAt(random.Next(300, 2_500), second));
        }

        for (int i = 0; i < 2; i++) Assert.InRange(_corpus.Work(model.Zip, $"{i}/2", folder).Code, 0, 1);
        string merged = Path.Combine(_corpus.Folder, "merged.jsonl"), one = _corpus.Tokenize(model.Zip, 1, "jsonl", code: 1);
        Ran.AudioBsq("merge", folder, "-o", merged, "--manifest", _corpus.Manifest).Expect(1);

        Assert.Equal(File.ReadAllBytes(Path.Combine(one, "00000-of-00001.jsonl")), File.ReadAllBytes(merged));
        Assert.Empty(Directory.GetFiles(folder, "*.unfinished"));
    }

    [Fact]
    public async Task WorkersAtOnce_AgreeOnTheCut()
    {
        string folder = _corpus.NewOutput();
        Process[] workers = [.. Enumerable.Range(0, 4).Select(i => Start(folder, $"{i}/4"))];
        await Task.WhenAll(workers.Select(worker => worker.WaitForExitAsync()));

        string messages = string.Concat(workers.Select(worker => worker.StandardError.ReadToEnd()));
        Assert.True(workers.Select(worker => worker.ExitCode).Order().SequenceEqual([0, 0, 0, 1]), messages);
        Ran.AudioBsq("verify", folder, "--manifest", _corpus.Manifest).Expect(1);
        foreach (var worker in workers) worker.Dispose();
    }

    private static async Task KillAt(int milliseconds, Process worker)
    {
        using var time = new CancellationTokenSource(milliseconds);
        try
        {
            await worker.WaitForExitAsync(time.Token);
        }
        catch (OperationCanceledException)
        {
            worker.Kill();
            await worker.WaitForExitAsync();
        }
    }

    private Process Start(string folder, string shard)
    {
        string host = DotnetHost.Path;
        string program = typeof(AudioBsq.Cli.Console.ExitCode).Assembly.Location;
        return Process.Start(new ProcessStartInfo(
            host,
            [program, "tokenize", model.Zip, "--manifest", _corpus.Manifest, "--shard", shard, "-o", folder, "--threads", "1"])
        {
            RedirectStandardError = true,
        })!;
    }
}
