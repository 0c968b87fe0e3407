using System.CommandLine;
using System.Globalization;
using AudioBsq.Cli.Console;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Cli.Training;
using AudioBsq.Decoding;
using AudioBsq.Distributed;
using AudioBsq.MLNet;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using AudioBsq.Training;
using AudioBsq.Vocoding;

namespace AudioBsq.Cli.Commands;

/// <summary><c>audiobsq train-vocoder</c>: trains a vocoder on sound files.</summary>
internal sealed class TrainVocoderCommand : ExampleCommand
{
    private static readonly (VocoderOptions Network, VocoderTrainingOptions Training) Defaults = (new(), new());

    private readonly Terminal _terminal;
    private readonly CancellationToken _cancellation;
    private readonly TorchOptions _torch = new(batches: false);

    private readonly Argument<string[]> _inputs = CheckedArgument.Input<string[]>(
        "FOLDER", "Folders of sound files to learn from, or files", ArgumentArity.OneOrMore);

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The vocoder's file; it is written whole or not at all",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string?> _tokenizer = new("--tokenizer")
    {
        Description = "A tokenizer's zip, or one that comes with the program, whose reconstructions the vocoder learns to repair; "
            + "load only models that you trust",
        HelpName = "MODEL",
    };

    private readonly Option<string?> _checkpoints = new("--checkpoints")
    {
        Description = "Keep checkpoints in a folder, from which the same command goes on after Ctrl+C or whatever else ended it",
        HelpName = "FOLDER",
    };

    private readonly Option<string?> _from = new("--init-from")
    {
        Description = "A vocoder to start from, whose sizes count: its file, or one that comes with the program "
            + $"({string.Join(" or ", PretrainedAudioModels.All)})",
        HelpName = "VOCODER",
    };

    private readonly Option<int?> _steps = CheckedOption.Count("--steps", $"Training steps [default: {Defaults.Training.MaxSteps}]");

    private readonly Option<int?> _crops =
        CheckedOption.Count("--batch-size", $"Pieces of sound in one step [default: {Defaults.Training.BatchSize}]");

    private readonly Option<int?> _width =
        CheckedOption.Integer("--width", $"Channels of the network [default: {Defaults.Network.Width}]", min: 8);

    private readonly Option<int?> _layers = CheckedOption.Count("--layers", $"Blocks of the network [default: {Defaults.Network.Layers}]");

    private readonly Option<bool> _causal = new("--causal")
    {
        Description = "Let no convolution look ahead, so that streamed sound comes 150 ms earlier at the default sizes",
    };

    private readonly Option<double?> _envelope = CheckedOption.Weight(
        "--envelope-weight", "Weight of the distance of envelopes, which intelligibility depends on [default: 0]");

    private readonly Option<double?> _level = CheckedOption.Weight(
        "--level-weight", $"Weight of the distance of levels, against sound that is too quiet [default: {Defaults.Training.LevelWeight}]");

    private readonly Option<int?> _seed = CheckedOption.Integer(
        "--seed", $"Chooses first weights and pieces; the same seed gives the same vocoder [default: {Defaults.Training.Seed}]");

    private readonly Option<bool> _flat = ClipList.FlatOption();

    public TrainVocoderCommand(Terminal terminal, CancellationToken cancellation)
        : base(
            "train-vocoder",
            "Train a vocoder, a small network that 'audiobsq reconstruct' makes sound with.",
            """
            audiobsq train-vocoder recordings/train -o vocoder.safetensors
            audiobsq train-vocoder recordings/train -o vocoder.safetensors --tokenizer tokenizer.zip --checkpoints run
            """,
            """
            Without --tokenizer and --init-from it is for mel spectrograms at their defaults: 16 kHz,
            128 bands. All clips are kept in memory. Files that cannot be read are named and left out.
            After Ctrl+C nothing is written but checkpoints. Under mpirun, torchrun or srun the
            processes share each batch (docs/distributed.md).
            """)
    {
        (_terminal, _cancellation) = (terminal, cancellation);
        Add(_inputs);
        Add(_output);
        Add(_tokenizer);
        Add(_from);
        Add(_checkpoints);
        Add(_steps);
        Add(_crops);
        Add(_width);
        Add(_layers);
        Add(_causal);
        Add(_envelope);
        Add(_level);
        Add(_seed);
        Add(_flat);
        _torch.AddTo(this);
    }

    protected override int Run(ParseResult arguments)
    {
        string output = arguments.GetRequiredValue(_output);
        string? zip = arguments.GetValue(_tokenizer);
        string? from = arguments.GetValue(_from);
        CheckedArgument.CheckIsNotRead(output, new[] { zip, from }.OfType<string>());
        if (from is not null && (arguments.GetValue(_width) ?? arguments.GetValue(_layers)) is not null)
            throw new UsageException("--width and --layers are as in the vocoder to start from (--init-from); leave them out.");
        return _terminal.RunRank(() => _torch.Join(arguments), job => Run(arguments, job));
    }

    private int Run(ParseResult arguments, TrainingJob job)
    {
        string output = arguments.GetRequiredValue(_output);
        var training = TrainingSettings(arguments);
        using var file = job.IsFirst ? new AtomicFile(output) : null;
        var terminal = _terminal.OfRank(job);
        var ml = _torch.CreateContext(arguments, job, out string device);
        using var saved = arguments.GetValue(_tokenizer) is { } zip ? SavedModel.Load(ml, zip) : null;
        var tokenizer = saved?.Tokenizer.Model;
        using var start = arguments.GetValue(_from) is { } name ? SynthesisOptions.LoadVocoder(name, device) : null;
        var (mel, tally) = (tokenizer?.Mel ?? start?.Mel ?? new MelOptions(), new Tally(terminal));
        var waveforms = Read(arguments, mel.SampleRate, tally, terminal);
        if (waveforms.Count == 0) return tally.Conclude();

        VocoderProgress? last = null;
        NeuralVocoder? vocoder = null;
        var data = tokenizer is null
            ? VocoderTrainingData.Of(waveforms)
            : VocoderTrainingData.Of(waveforms, mel, clip => tokenizer.Decode(tokenizer.Encode(clip)));
        terminal.Watch("Training …", show => vocoder = NeuralVocoder.Train(
            data, Network(arguments, start?.Options), mel, training with { Device = device },
            progress => show(Line(last = progress), Rows(progress)), start, _cancellation));
        using (vocoder)
        {
            if (file is null) return ExitCode.Success;
            vocoder!.Save(file.Stream);
        }

        file.Commit();
        terminal.Show([("Vocoder", output), .. last is null ? [] : Rows(last)]); // a finished run that is resumed has no steps
        return ExitCode.Of(waveforms.Count, tally.Total - waveforms.Count);
    }

    private VocoderOptions Network(ParseResult arguments, VocoderOptions? start)
    {
        var network = start ?? Defaults.Network with
        {
            Width = arguments.GetValue(_width) ?? Defaults.Network.Width,
            Layers = arguments.GetValue(_layers) ?? Defaults.Network.Layers,
        };
        return arguments.GetValue(_causal) ? network with { LookAheadFrames = 0 } : network;
    }

    private VocoderTrainingOptions TrainingSettings(ParseResult arguments) => Defaults.Training with
    {
        Checkpoints = arguments.GetValue(_checkpoints) is { } folder ? new CheckpointOptions { Folder = folder } : null,
        MaxSteps = arguments.GetValue(_steps) ?? Defaults.Training.MaxSteps,
        BatchSize = arguments.GetValue(_crops) ?? Defaults.Training.BatchSize,
        Seed = arguments.GetValue(_seed) ?? Defaults.Training.Seed,
        LevelWeight = arguments.GetValue(_level) ?? Defaults.Training.LevelWeight,
        Envelope = arguments.GetValue(_envelope) is > 0 and var weight ? new EnvelopeOptions { Weight = weight } : null,
    };

    private List<float[]> Read(ParseResult arguments, int sampleRate, Tally tally, Terminal terminal)
    {
        var waveforms = new List<float[]>();
        bool recursive = !arguments.GetValue(_flat);
        using var inputs = new SoundInputs(arguments.GetRequiredValue(_inputs), recursive, tally.Refuse, terminal, _cancellation);
        terminal.Follow("Reading", inputs.Paths.Count, hidden: false, report =>
        {
            foreach (string clip in inputs.Paths)
            {
                _cancellation.ThrowIfCancellationRequested();
                try
                {
                    var sound = AudioFile.Read(clip, sampleRate);
                    waveforms.Add(sound.Samples);
                    tally.Count(sound.Seconds);
                }
                catch (Exception failure) when (
                    failure is IOException or InvalidDataException or NotSupportedException or UnauthorizedAccessException)
                {
                    tally.Refuse(inputs.SourceOf(clip), inputs.Named(Failure.Reason(failure)));
                }

                report(tally.Total);
            }
        });
        return waveforms;
    }

    private static string Line(VocoderProgress progress) => string.Create(CultureInfo.InvariantCulture,
        $"step {progress.Step} of {progress.MaxSteps}: loss {progress.Loss:F4}, mel error {progress.MelError:F3} dB, "
        + $"lr {progress.LearningRate:0.00e+0}, gradient {progress.GradientNorm:F3}, {progress.Speed:F1} s of sound/s, "
        + $"{Left(progress)} left");

    private static string Left(VocoderProgress progress) => TrainingDisplay.Clock(progress.Remaining);

    private static (string Name, string Value)[] Rows(VocoderProgress progress)
    {
        var culture = CultureInfo.InvariantCulture;
        return
        [
            ("Step", string.Create(culture, $"{progress.Step:N0} of {progress.MaxSteps:N0}, pass {progress.Epoch:N0} over the data")),
            ("Loss", string.Create(culture, $"{progress.Loss:F4}")),
            ("Mel error", string.Create(culture, $"{progress.MelError:F3} dB")),
            ("Speed", string.Create(culture, $"{progress.Speed:F1} s of sound a second")),
            ("Time", $"{TrainingDisplay.Clock(progress.Elapsed)}, {Left(progress)} left"),
            ("Skipped steps", string.Create(culture, $"{progress.SkippedSteps:N0}")),
        ];
    }
}
