using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using AudioBsq.Benchmarks.Performance;

namespace AudioBsq.Benchmarks.Serving;

/// <summary>Several clients that ask a running service for this and that, one thing after another each.</summary>
internal sealed partial class ServiceLoad(Uri address, LoadInputs inputs)
{
    private readonly ConcurrentBag<(string Kind, string Answer, double Seconds)> _answers = [];
    private readonly ConcurrentBag<string> _failures = [];

    /// <summary>Asks for so long, tells what the service's process holds each minute, and returns whether every answer was right.</summary>
    public async Task<bool> Run(int clients, TimeSpan time, int seed)
    {
        using var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
        var kinds = new LoadRequests(client, inputs).Kinds;
        var bag = kinds.SelectMany(kind => Enumerable.Repeat(kind, kind.Weight)).ToArray();
        var clock = Stopwatch.StartNew();
        var work = Enumerable.Range(0, clients).Select(number => Task.Run(async () =>
        {
            var random = new Random(seed + number);
            while (clock.Elapsed < time)
            {
                var (name, _, send) = bag[random.Next(bag.Length)];
                await One(name, send, random);
            }
        }));
        var all = Task.WhenAll(work);
        do
        {
            string page = await client.GetStringAsync("/metrics"), memory = Number(MemoryLine(), page), leases = Number(LeaseLine(), page);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{clock.Elapsed:mm\\:ss}  {_answers.Count,6} answers, {_failures.Count} failures, {memory} MB, {leases} at work"));
        }
        while (await Task.WhenAny(all, Task.Delay(TimeSpan.FromMinutes(1))) != all);
        await all;
        Report(clock.Elapsed);
        return _failures.IsEmpty;
    }

    private async Task One(string name, LoadRequests.Request send, Random random)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            string answer = await send(random, CancellationToken.None);
            _answers.Add((name, answer, Stopwatch.GetElapsedTime(start).TotalSeconds));
        }
        catch (Exception failure) // counted and told; the others go on
        {
            _failures.Add($"{name}: {failure.GetType().Name}: {failure.Message}");
        }
    }

    private void Report(TimeSpan time)
    {
        var table = new MarkdownTable("request", "number", "answers", "median, ms", "95 %", "99 %", "max");
        foreach (var kind in _answers.GroupBy(answer => answer.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal))
        {
            double[] times = [.. kind.Select(answer => answer.Seconds * 1e3).Order()];
            var counts = kind.CountBy(answer => answer.Answer).OrderBy(one => one.Key, StringComparer.Ordinal);
            string answers = string.Join(", ", counts.Select(one => $"{one.Key}: {one.Value}"));
            table.Add(kind.Key, $"{times.Length}", answers, At(times, .5), At(times, .95), At(times, .99), At(times, 1));
        }

        Console.WriteLine();
        Console.WriteLine(table);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{_answers.Count / time.TotalSeconds:F1} answers a second, {_failures.Count} failures"));
        foreach (var failure in _failures.GroupBy(text => text).OrderByDescending(one => one.Count()).Take(20))
            Console.WriteLine($"{failure.Count(),5} × {failure.Key}");
    }

    private static string At(double[] sorted, double share) =>
        sorted[(int)Math.Ceiling(share * (sorted.Length - 1))].ToString("F0", CultureInfo.InvariantCulture);

    // Bytes as megabytes; anything below a million as it is.
    private static string Number(Regex line, string page)
    {
        double sum = line.Matches(page).Sum(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        return (sum > 1e6 ? sum / 1e6 : sum).ToString("F0", CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^dotnet_process_memory_working_set_bytes\{[^}]*\} ([\d.]+)", RegexOptions.Multiline)]
    private static partial Regex MemoryLine();

    [GeneratedRegex(@"^aspnetcore_rate_limiting_active_request_leases\{[^}]*\} ([\d.]+)", RegexOptions.Multiline)]
    private static partial Regex LeaseLine();
}
