using System.CommandLine;
using AudioBsq.Cli.Configuration;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Training;
using AudioBsq.Distributed;

namespace AudioBsq.Cli.Commands;

/// <summary><c>audiobsq train</c>: trains a tokenizer as a configuration says.</summary>
internal sealed class TrainCommand : ExampleCommand
{
    private readonly Terminal _terminal;
    private readonly CancellationToken _cancellation;
    private readonly RunArguments _arguments;

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
            mpirun -np 8 audiobsq train my.yaml
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

            Under mpirun, torchrun or srun the processes share each batch (docs/distributed.md).
            """)
    {
        (_terminal, _cancellation, _arguments) = (terminal, cancellation, new RunArguments(terminal, "-run"));
        _arguments.AddTo(this);
        Add(_list);
    }

    protected override int Run(ParseResult arguments)
    {
        if (_arguments.ReadConfig(arguments) is not { } config) return ExitCode.Usage;
        return _arguments.Run(arguments, config, job => Run(arguments, config, job));
    }

    private int Run(ParseResult arguments, TrainingConfig configured, TrainingJob job)
    {
        var (context, config) = _arguments.CreateContext(arguments, configured, job);
        using var pipeline = new TrainingPipeline(context, config, job, _terminal.OfRank(job).Say);
        if (!job.IsFirst) // rank 0 says and writes what there is
        {
            pipeline.Train(_ => { }, _ => { }, (_, _) => { }, _cancellation);
            return ExitCode.Success;
        }

        using var results = new RunFolder(_arguments.CreateFolder(arguments), config, pipeline.ValidationClip);
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
            RunArguments.Caching(show),
            _cancellation);
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
}
