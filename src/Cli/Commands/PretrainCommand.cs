using System.CommandLine;
using AudioBsq.Cli.Configuration;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Training;
using AudioBsq.Distributed;

namespace AudioBsq.Cli.Commands;

/// <summary><c>audiobsq pretrain</c>: trains an encoder to guess masked patches, as a first step of training a tokenizer.</summary>
internal sealed class PretrainCommand : ExampleCommand
{
    private readonly Terminal _terminal;
    private readonly CancellationToken _cancellation;
    private readonly RunArguments _arguments;

    public PretrainCommand(Terminal terminal, CancellationToken cancellation)
        : base(
            "pretrain",
            "Train an encoder to guess masked parts of spectrograms, which 'audiobsq train' can start from.",
            """
            audiobsq pretrain half-hour --set root=recordings --set mask_ratio=0.75
            audiobsq train half-hour --set root=recordings --set init_from=half-hour-pretrained/encoder.safetensors
            """,
            """
            CONFIG is that of 'audiobsq train', with the section pretraining. How it trains is in
            optimizer, data and training; the section loss does not count.

            DIR gets encoder.safetensors, metrics.csv (a row for each report), curves.png, pictures of
            masked, guessed and true spectrograms, a copy of CONFIG, and checkpoints if
            training.checkpoint_dir is set. Ctrl+C stops between two steps; with checkpoints the same
            command then goes on. Under mpirun, torchrun or srun the processes share each batch
            (docs/distributed.md).
            """)
    {
        (_terminal, _cancellation, _arguments) = (terminal, cancellation, new RunArguments(terminal, "-pretrained"));
        _arguments.AddTo(this);
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
            pipeline.Pretrain(_ => { }, _ => { }, (_, _) => { }, _cancellation).Dispose();
            return ExitCode.Success;
        }

        using var results = new PretrainingFolder(_arguments.CreateFolder(arguments), config);
        AudioBsqModel? encoder = null;
        try
        {
            _terminal.Watch($"Reading clips from {config.Data.Root} …", show => encoder = pipeline.Pretrain(
                note => _terminal.Say(note),
                progress =>
                {
                    results.Add(progress);
                    show(PretrainingDisplay.Line(progress, config.Mel), PretrainingDisplay.Rows(progress, config.Mel));
                },
                RunArguments.Caching(show),
                _cancellation));
        }
        finally
        {
            results.WriteCurves();
        }

        using (encoder) results.WriteEncoder(encoder!);
        _terminal.Show([("Encoder", results.EncoderPath), .. results.Rows()]);
        return ExitCode.Of(1, pipeline.Unread);
    }
}
