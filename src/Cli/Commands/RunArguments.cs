using System.CommandLine;
using System.Diagnostics;
using AudioBsq.Cli.Configuration;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Training;
using AudioBsq.Distributed;
using AudioBsq.Native;
using AudioBsq.Training;
using Microsoft.ML;

namespace AudioBsq.Cli.Commands;

/// <summary>
/// The arguments of commands that train as a configuration says: which configuration, what it says otherwise, where results go, and from
/// where an interrupted run goes on.
/// </summary>
internal sealed class RunArguments
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);

    private readonly Terminal _terminal;
    private readonly string _suffix;
    private readonly TorchOptions _torch = new(configured: true);

    private readonly Argument<string> _config = CheckedArgument.Input<string>(
        "CONFIG",
        "A YAML file that says what is trained, on which clips and how (docs/configuration.md), or a name that --list prints",
        ArgumentArity.ExactlyOne);

    private readonly Option<string?> _folder;

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

    /// <param name="terminal">Where errors of the configuration are printed.</param>
    /// <param name="suffix">What follows the name of the configuration in the default folder's name.</param>
    public RunArguments(Terminal terminal, string suffix)
    {
        (_terminal, _suffix) = (terminal, suffix);
        _folder = new Option<string?>("--output-dir", "-o")
        {
            Description =
                $"Folder for all results; it is made if need be [default: the name of CONFIG and {suffix}, such as tiny-folder{suffix}]",
            HelpName = "DIR",
        };
    }

    public void AddTo(Command command)
    {
        command.Add(_config);
        command.Add(_folder);
        command.Add(_set);
        command.Add(_resume);
        command.Add(_ema);
        command.Add(_uncached);
        _torch.AddTo(command);
    }

    /// <summary>
    /// Reads the configuration; checkpoints and caches are in the folder of results then. Prints a line for each error, and returns null.
    /// </summary>
    public TrainingConfig? ReadConfig(ParseResult arguments)
    {
        if (Load(arguments.GetRequiredValue(_config), OverridesOf(arguments)) is not { } config) return null;
        string folder = FolderOf(arguments);
        return config with { Training = Adjust(config.Training, folder, arguments), Data = Adjust(config.Data, folder, arguments) };
    }

    /// <summary>A context, and the configuration with this rank's device.</summary>
    public (MLContext Context, TrainingConfig Config) CreateContext(ParseResult arguments, TrainingConfig config, TrainingJob job)
    {
        var context = _torch.CreateContext(arguments, job, out string device, config.Training.Seed);
        return (context, job.Size == 1 ? config : config with { Training = config.Training with { Device = device } });
    }

    /// <summary>Creates the folder of results, and copies the configuration to it.</summary>
    public ResultFolder CreateFolder(ParseResult arguments)
    {
        var folder = new ResultFolder(FolderOf(arguments), _terminal.Say);
        folder.WriteConfig(ConfigSource.Find(arguments.GetRequiredValue(_config))!, OverridesOf(arguments));
        return folder;
    }

    /// <summary>
    /// Runs a command's training, together with the other ranks of a job, and prints what a person can do where it stops or runs out of
    /// memory.
    /// </summary>
    public int Run(ParseResult arguments, TrainingConfig config, Func<TrainingJob, int> train)
    {
        try
        {
            return _terminal.RunRank(() => _torch.Join(arguments, config.Training.Device), train);
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

    /// <summary>Shows from time to time how many clips are in a cache on disk.</summary>
    public static Action<long, long?> Caching(Action<string, IReadOnlyList<(string Name, string Value)>> show)
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

    private string[] OverridesOf(ParseResult arguments) => arguments.GetValue(_set) ?? [];

    private string FolderOf(ParseResult arguments) =>
        arguments.GetValue(_folder) ?? $"{ConfigSource.NameOf(ConfigSource.Find(arguments.GetRequiredValue(_config))!)}{_suffix}";

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

    private DataOptions Adjust(DataOptions data, string folder, ParseResult arguments)
    {
        if (arguments.GetValue(_uncached)) return data with { MelCache = MelCachePlace.None, MelCacheFolder = null };
        return data.MelCache == MelCachePlace.Disk ? data with { MelCacheFolder = Path.Combine(folder, data.MelCacheFolder ?? "") } : data;
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
