using System.CommandLine;
using System.Diagnostics;
using AudioBsq.Cli.Configuration;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Training;
using AudioBsq.Native;
using AudioBsq.Training;

namespace AudioBsq.Cli.Commands;

/// <summary><c>audiobsq train</c>: trains a tokenizer as a configuration says.</summary>
internal sealed class TrainCommand : ExampleCommand
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);

    private readonly Terminal _terminal;
    private readonly CancellationToken _cancellation;
    private readonly TorchOptions _torch = new(configured: true);

    private readonly Argument<string> _config = CheckedArgument.Input<string>(
        "CONFIG",
        "A YAML file that says what is trained, on which clips and how (docs/configuration.md), or a name that --list prints",
        ArgumentArity.ExactlyOne);

    private readonly Option<string?> _folder = new("--output-dir", "-o")
    {
        Description = "Folder for all results; it is made if need be [default: the name of CONFIG and -run, such as tiny-folder-run]",
        HelpName = "DIR",
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "What counts instead of what the file says; may be given several times",
        HelpName = "KEY=VALUE",
    };

    private readonly Option<string> _resume = new("--resume")
    {
        Description = "Where to begin: auto (at the newest checkpoint, if there is one), none (anew), or a checkpoint's file",
        HelpName = "auto|none|FILE",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<bool> _ema = new("--use-ema")
    {
        Description = "Average the weights over steps, also where the configuration does not",
    };

    private readonly Option<bool> _uncached = new("--no-cache")
    {
        Description = "Compute spectrograms anew on every pass: data.mel_cache=none, whatever the configuration says",
    };

    private readonly Option<bool> _list = new("--list")
    {
        Description = "Name the configurations that audiobsq has, and do nothing else",
        Action = new ListConfigs(),
    };

    public TrainCommand(Terminal terminal, CancellationToken cancellation)
        : base(
            "train",
            "Train a tokenizer as a configuration says.",
            """
            audiobsq train tiny --set root=recordings
            audiobsq train librispeech-small -o run --set root=LibriSpeech --set checkpoint_dir=checkpoints --set lr=1e-4
            audiobsq train my.yaml --output-dir run
            """,
            """
            A file of the name CONFIG comes before a configuration that audiobsq has. The beginning of
            a name is enough where only one begins so; 'extends: half-hour.yaml' in a file of your own
            builds on one. A folder of recordings without train and val gets one clip in twenty held
            out for validation (data.hold_out).

            DIR gets tokenizer.zip (the MODEL of the other commands), metrics.csv (a row for each
            report), curves.png, samples to hear and see, logs for TensorBoard, summary.json, a copy
            of CONFIG, and checkpoints if training.checkpoint_dir is set; a relative one starts from
            DIR. Files that cannot be read are named and left out. Ctrl+C stops between two steps;
            with checkpoints the same command then goes on.
            """)
    {
        (_terminal, _cancellation) = (terminal, cancellation);
        Add(_config);
        Add(_folder);
        Add(_set);
        Add(_resume);
        Add(_ema);
        Add(_uncached);
        Add(_list);
        _torch.AddTo(this);
    }

    protected override int Run(ParseResult arguments)
    {
        string name = arguments.GetRequiredValue(_config);
        string[] overrides = arguments.GetValue(_set) ?? [];
        if (Load(name, overrides) is not { } config) return ExitCode.Usage;
        string file = ConfigSource.Find(name)!, folder = arguments.GetValue(_folder) ?? $"{ConfigSource.NameOf(file)}-run";
        config = config with { Training = Adjust(config.Training, folder, arguments), Data = Adjust(config.Data, folder, arguments) };
        try
        {
            var ml = _torch.CreateContext(arguments, config.Training.Device, config.Training.Seed);
            using var pipeline = new TrainingPipeline(ml, config, _terminal.Say);
            using var results = new RunFolder(folder, config, pipeline.ValidationClip, _terminal.Say);
            results.WriteConfig(file, overrides);
            try
            {
                _terminal.Watch($"Reading clips from {config.Data.Root} …", show => Train(pipeline, results, config, show));
            }
            finally
            {
                results.WriteCurves();
            }

            Conclude(pipeline, results, config);
            return ExitCode.Of(1, pipeline.Unread);
        }
        catch (OperationCanceledException stop)
        {
            _terminal.Say(Stopped(config.Training.Checkpoints), stop);
            return ExitCode.Cancelled;
        }
        catch (Exception failure) when (TorchMemory.IsExhausted(failure))
        {
            _terminal.Say(MemoryHint.Advice(config), failure);
            return ExitCode.NothingDone;
        }
    }

    // Prints a line for each error of the configuration, and then returns null.
    private TrainingConfig? Load(string path, string[] overrides)
    {
        try
        {
            return TrainingConfig.Load(path, overrides, warning => _terminal.Say(warning));
        }
        catch (InvalidDataException errors)
        {
            foreach (string line in errors.Message.Split('\n')) _terminal.Say(line);
            return null;
        }
    }

    private TrainingOptions Adjust(TrainingOptions training, string folder, ParseResult arguments)
    {
        if (arguments.GetValue(_ema)) training = training with { Ema = training.Ema ?? new EmaOptions() };
        string resume = arguments.GetRequiredValue(_resume);
        string? from = resume is "auto" or "none" ? null : resume;
        if (from is not null && !File.Exists(from))
            throw new UsageException($"--resume must be auto, none or a checkpoint, and there is no file '{from}'.");
        if (training.Checkpoints is { } checkpoints)
        {
            string place = Path.Combine(folder, checkpoints.Folder);
            return training with { Checkpoints = checkpoints with { Folder = place, Resume = resume != "none", ResumeFrom = from } };
        }

        if (from is null) return training;
        throw new UsageException("--resume FILE needs training.checkpoint_dir, such as --set checkpoint_dir=checkpoints.");
    }

    private void Train(
        TrainingPipeline pipeline,
        RunFolder results,
        TrainingConfig config,
        Action<string, IReadOnlyList<(string Name, string Value)>> show)
    {
        var display = new TrainingDisplay(results.History, config.Mel);
        HashSet<string> said = [];
        pipeline.Train(
            note =>
            {
                said.Add(note);
                _terminal.Say(note);
            },
            progress =>
            {
                foreach (string note in progress.Notes.Where(note => !said.Contains(note))) _terminal.Say(note);
                results.Add(TrainingReport.Of(progress, config.Mel));
                show(display.Line, display.Rows);
            },
            Caching(show),
            _cancellation);
    }

    private DataOptions Adjust(DataOptions data, string folder, ParseResult arguments)
    {
        if (arguments.GetValue(_uncached)) return data with { MelCache = MelCachePlace.None, MelCacheFolder = null };
        return data.MelCache == MelCachePlace.Disk ? data with { MelCacheFolder = Path.Combine(folder, data.MelCacheFolder ?? "") } : data;
    }

    private static Action<long, long?> Caching(Action<string, IReadOnlyList<(string Name, string Value)>> show)
    {
        var clock = Stopwatch.StartNew();
        return (done, all) =>
        {
            if (clock.Elapsed < BetweenLines) return;
            clock.Restart();
            string clips = all is null ? $"{done} clips" : $"{done} of {all} clips";
            show($"mel cache: {clips}", [("Mel cache", clips)]);
        };
    }

    private void Conclude(TrainingPipeline pipeline, RunFolder results, TrainingConfig config)
    {
        results.WriteModel(pipeline.Save);
        if (results.History.Last is null)
        {
            _terminal.Say("There was no step left to train; the model is that of the checkpoint.");
            return;
        }

        var summary = TrainingSummary.Of(config, pipeline.Model, results.History, pipeline.Unread, results.Entries());
        results.WriteSummary(summary);
        _terminal.Show([("Model", results.ModelPath), .. summary.Rows()]);
    }

    private static string Stopped(CheckpointOptions? checkpoints)
    {
        if (checkpoints is null) return "stopped. Nothing is kept of this run: set training.checkpoint_dir to be able to go on.";
        string? newest = Directory.Exists(checkpoints.Folder)
            ? Directory.EnumerateFiles(checkpoints.Folder, "checkpoint-*.safetensors").Max(StringComparer.Ordinal)
            : null;
        return newest is null
            ? $"stopped before the first checkpoint, at step {checkpoints.Every}. Nothing is kept of this run."
            : $"stopped. The same command with --resume auto goes on from {newest}.";
    }
}
