using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using AudioBsq.Benchmarks.Performance;
using static AudioBsq.Benchmarks.Performance.MarkdownTable;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>ranks</c>: training steps of processes that share each batch, beside threads of one process.</summary>
internal sealed partial class RanksCommand : Command
{
    private readonly Option<string> _model = Model();
    private readonly Option<int> _batch = Inputs.Count("--batch", 4, "Crops of a step, of all ranks");
    private readonly Option<int> _steps = Inputs.Count("--steps", 10, "Measured steps of a process");
    private readonly Option<int> _rounds = Inputs.Count("--rounds", 3, "How often each way is measured, in turn");

    public RanksCommand() : base("ranks", "Time training by one process with one and two threads, and by two ranks with one thread each.")
    {
        foreach (var option in (Option[])[_model, _batch, _steps, _rounds]) Add(option);
        SetAction(arguments => Run(
            Find(arguments.GetValue(_model)!), arguments.GetValue(_batch), arguments.GetValue(_steps), arguments.GetValue(_rounds)));
    }

    public static Option<string> Model() => new("--model")
    {
        Description = "tiny, half-hour, small or speech900",
        DefaultValueFactory = _ => BenchModels.Small.Name,
    };

    public static BenchModel Find(string name) => BenchModels.All.Append(BenchModels.Speech).Single(model => model.Name == name);

    private sealed record Way(string Name, int Ranks, int Threads, bool Mpi, bool Apart);

    private static int Run(BenchModel bench, int batch, int steps, int rounds)
    {
        Way[] ways =
        [
            new("one process, one thread", 1, 1, false, false),
            new("one process, two threads", 1, 2, false, false),
            new("two ranks by TCP", 2, 1, false, false),
            new("two ranks by TCP, gradients after the backward pass", 2, 1, false, true),
            .. HasMpi ? (Way[])
            [
                new("two ranks by MPI", 2, 1, true, false),
                new("two ranks by MPI, gradients after the backward pass", 2, 1, true, true),
            ] : [],
        ];
        var seconds = ways.ToDictionary(way => way, _ => new List<double>());
        for (int round = 0; round < rounds; round++)
        {
            foreach (var way in ways) seconds[way].AddRange(Steps(way, bench.Name, batch, steps));
        }

        double one = Median(seconds[ways[0]]), two = Median(seconds[ways[1]]);
        var table = new MarkdownTable("", "ms", "times one thread", "times two threads of one process");
        foreach (var way in ways)
        {
            double median = Median(seconds[way]);
            table.Add(way.Name, Milliseconds(median), Ratio(one / median), Ratio(two / median));
        }

        Console.WriteLine(
            $"{bench.Name}, {batch} × {bench.Window}, single precision, medians of {steps * rounds} steps; {Machine.Model()}\n");
        Console.Write(table);
        return 0;
    }

    private static bool HasMpi => File.Exists("/usr/bin/mpirun");

    private static double[] Steps(Way way, string model, int batch, int steps)
    {
        string[] arguments =
        [
            "rank-steps", "--model", model, "--batch", $"{batch}", "--steps", $"{steps}", "--threads", $"{way.Threads}",
            .. way.Apart ? ["--apart"] : (string[])[],
        ];
        int port = FreePort();
        Process[] processes = [.. Enumerable.Range(0, way.Mpi ? 1 : way.Ranks).Select(rank => Start(way, rank, port, arguments))];
        string[] output = [.. processes.Select(process => process.StandardOutput.ReadToEnd())];
        foreach (var process in processes)
        {
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException($"{way.Name} failed with exit code {process.ExitCode}.");
            process.Dispose();
        }

        return JsonSerializer.Deserialize<double[]>(Seconds().Match(output[0]).Value)!;
    }

    private static Process Start(Way way, int rank, int port, string[] arguments)
    {
        var start = OwnProcess.With(arguments);
        if (way.Mpi)
        {
            string[] own = [start.FileName, .. start.ArgumentList];
            start = new ProcessStartInfo("mpirun", ["--bind-to", "none", "--oversubscribe", "-np", $"{way.Ranks}", .. own])
            {
                RedirectStandardOutput = true,
            };
            foreach (string name in (string[])["OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"]) start.Environment[name] = "1";
        }
        else if (way.Ranks > 1)
        {
            var variables = new Dictionary<string, string>
            {
                ["RANK"] = $"{rank}",
                ["WORLD_SIZE"] = $"{way.Ranks}",
                ["MASTER_ADDR"] = "127.0.0.1",
                ["MASTER_PORT"] = $"{port}",
            };
            foreach (var (name, value) in variables) start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    // Whatever else a launcher prints.
    [GeneratedRegex(@"\[[-+.,\dE]+\]")]
    private static partial Regex Seconds();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
