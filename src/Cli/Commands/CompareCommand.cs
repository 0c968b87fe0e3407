using System.CommandLine;
using System.Text;
using System.Text.Json;
using AudioBsq.Cli.Configuration;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Training;
using AudioBsq.Persistence;

namespace AudioBsq.Cli.Commands;

/// <summary><c>audiobsq compare</c>: trains variants of a configuration, each from several seeds, and compares them.</summary>
internal sealed class CompareCommand : ExampleCommand
{
    private readonly Terminal _terminal;
    private readonly CancellationToken _cancellation;

    private readonly Argument<string> _config = CheckedArgument.Input<string>(
        "CONFIG", "A YAML file as 'audiobsq train' takes it; it needs validation clips", ArgumentArity.ExactlyOne);

    private readonly Option<string> _folder = new("--output-dir", "-o")
    {
        Description = "Folder for all runs and the table; it is made if need be",
        HelpName = "DIR",
        Required = true,
    };

    private readonly Option<string[]> _cases = new("--case")
    {
        Description =
            "A version: its name, and what counts in it instead of what the file says, divided by ';'; given once for each version",
        HelpName = "NAME: KEY=VALUE; …",
        Required = true,
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "What counts in every version instead of what the file says; may be given several times",
        HelpName = "KEY=VALUE",
    };

    private readonly Option<int[]> _seeds = new("--seed")
    {
        Description = "A seed that each version is trained from; may be given several times",
        HelpName = "N",
        DefaultValueFactory = _ => [1, 2, 3],
    };

    private readonly Option<int?> _threads = CheckedOption.Count(
        "--threads", "Threads of the network on a CPU; fewer can be faster where cores are shared [default: one for each core]");

    public CompareCommand(Terminal terminal, CancellationToken cancellation)
        : base(
            "compare",
            "Train versions of a configuration and compare them on its validation clips.",
            """
            audiobsq compare configs/tiny-folder.yaml -o patches --case "16 × 16" --case "2 × 128: time_patch_size=2; freq_patch_size=128"
            audiobsq compare run.yaml -o bits --set max_iter=400 --case "9 bits" --case "18 bits: embed_dim=18" --seed 1 --seed 2
            """,
            """
            Each run is one of 'audiobsq train', in a folder of DIR. Runs that are there already are not
            made again, so an interrupted comparison goes on, and seeds can be added, by the same command.
            DIR gets comparison.md and comparison.json: means over the seeds ± standard deviations.
            """)
    {
        (_terminal, _cancellation) = (terminal, cancellation);
        Add(_config);
        Add(_folder);
        Add(_cases);
        Add(_set);
        Add(_seeds);
        Add(_threads);
    }

    protected override int Run(ParseResult arguments)
    {
        string config = arguments.GetRequiredValue(_config), folder = arguments.GetRequiredValue(_folder);
        if (ConfigSource.Find(config) is null) throw new UsageException($"There is no configuration '{config}'.");
        string[] threads = arguments.GetValue(_threads) is { } count ? ["--threads", $"{count}"] : [];
        var variants = SweepVariant.Parse(arguments.GetRequiredValue(_cases), arguments.GetValue(_set) ?? []);
        int[] seeds = [.. arguments.GetRequiredValue(_seeds).Distinct()];
        SweepRun[] runs = [.. variants.SelectMany(variant => seeds.Select(seed => new SweepRun(variant, seed, folder)))];
        Check(config, runs); // errors in the last variant are reported before the first is trained
        foreach (var run in runs.Where(run => !run.IsDone))
        {
            _terminal.Say($"{run.Variant.Name}, seed {run.Seed}");
            var train = new TrainCommand(_terminal.WithoutResults(), _cancellation)
                .Parse([config, "-o", run.Folder, .. run.Settings, .. threads]);
            int code = train.Invoke(new() { EnableDefaultExceptionHandler = false });
            if (!run.IsDone) return code;
        }

        var comparison = Comparison.Of(runs);
        Write(folder, "comparison.json", ((ISummary)comparison).ToJson() + "\n");
        Write(folder, "comparison.md", comparison.Markdown());
        _terminal.Show(Comparison.Headings, [.. comparison.Table()]);
        return ExitCode.Of(1, 0);
    }

    private static void Check(string path, SweepRun[] runs)
    {
        foreach (var run in runs)
        {
            var config = TrainingConfig.Load(path, run.Overrides);
            if (!config.Data.IsMeasured)
                throw new UsageException("A comparison needs validation clips: give data.val_split, or data.hold_out above 0.");
            run.Claim(JsonSerializer.Serialize(config));
        }
    }

    private static void Write(string folder, string name, string text) =>
        AtomicFile.Write(Path.Combine(folder, name), stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
