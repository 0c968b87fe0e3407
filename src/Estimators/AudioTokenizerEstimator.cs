using AudioBsq.Signal;
using AudioBsq.Training;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>
/// Learns a tokenizer from a column of mel spectrograms, or applies one that is trained already; made by
/// <c>mlContext.Transforms.TokenizeAudio</c>.
/// </summary>
/// <remarks>
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes, unless a trained model is given |
/// | Input column data type | Vector of <see cref="System.Single"/>, (frames, bands) row by row: a mel spectrogram |
/// | Output column data type | Vector of <see cref="System.UInt32"/> <see cref="Microsoft.ML.Data.KeyDataViewType"/>: tokens |
/// | Exportable to ONNX | No |
///
/// Tokens are in time order, and within a time step from low to high bands. There are 2^bits of them, and raw values count from 1;
/// <c>MapKeyToValue</c> gives them as <see cref="System.Int32"/> from 0, where they have up to 20 bits. Their number is known, as trainers
/// need it, where all mel spectrograms have one length. A frame count column, if any, is <see cref="System.Int32"/>.
///
/// The model is Audio BSQ-ViT: transformer encoder, binary spherical quantization (Zhao et al. 2024), transformer decoder. <c>Fit</c> reads
/// the data many times: put <c>AppendCacheCheckpoint</c> before it, or <c>mlContext.Data.CacheMelSpectrograms</c>: in memory for hours of
/// sound, since training then begins at once, and on disk where the spectrograms exceed memory. Where memory runs out, <c>Fit</c> throws
/// <see cref="InsufficientMemoryException"/>, whose message names what to lower.
/// </remarks>
public sealed class AudioTokenizerEstimator : AudioEstimator<AudioTokenizerTransformer>
{
    private readonly ColumnNames _columns;
    private readonly AudioTokenizerOptions _options;
    private readonly SharedResource<AudioBsqModel>.Lease? _given;
    private readonly int _seed; // the same for every Fit

    internal AudioTokenizerEstimator(
        IHostEnvironment environment, ColumnNames columns, AudioTokenizerOptions options, AudioBsqModel? given = null)
        : base(environment)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        RequireOther(options.FrameCountColumnName, columns.Output, nameof(options.FrameCountColumnName));
        RequireOther(options.LatentsColumnName, columns.Output, nameof(options.LatentsColumnName));
        (_columns, _options) = (columns, options);
        if (given is null)
        {
            _seed = options.Seed ?? Host.Rand.Next();
            return;
        }

        ModelEntry.Require(given, ModelParts.Encoder);
        _given = new SharedResource<AudioBsqModel>(given).Acquire(); // never ended: the model is the caller's
    }

    private TokenizerColumns Settings =>
        new(_columns.Output, _columns.Input, _options.FrameCountColumnName, _options.BatchSize) { Latents = _options.LatentsColumnName };

    private protected override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input)
    {
        int size = VectorSize.Of(ColumnRule.SingleVector.Find(Host, input, _columns.Input));
        return TokenColumn.Outputs(Settings, _given?.Value.Options ?? _options.Model, size);
    }

    private protected override AudioTokenizerTransformer FitCore(IDataView input)
    {
        var settings = Settings;
        if (_given is not null) return new AudioTokenizerTransformer(Host, settings, _given.Borrow());

        using var cancellation = new HostCancellation(Host, _options.CancellationToken);
        var mel = MelOptionsOf(input.Schema);
        var data = new TrainingData(
            pass => MelRows.Read(input, _columns.Input, mel, shuffleSeed: unchecked(_seed + pass), cancellation.Token),
            Validation(mel, cancellation.Token));
        try
        {
            var model = Train(data, mel, cancellation.Token);
            return new AudioTokenizerTransformer(Host, settings, new SharedResource<AudioBsqModel>(model).Acquire());
        }
        catch (OperationCanceledException stopped) when (_options.CancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(stopped.Message, stopped, _options.CancellationToken); // the token that the caller knows
        }
    }

    private static void RequireOther(string? name, string output, string option) =>
        Check.That(name != output, name, $"must differ from the token column '{output}'", option);

    private AudioBsqModel Train(TrainingData data, MelOptions mel, CancellationToken cancellation)
    {
        string device = ModelDevice.ChooseForTraining(Host, _options.Device);
        var (model, training) = (_options.Model, _options.Training with { Seed = _seed, Device = device });
        Host.Inform(
            "Training",
            $"Training an audio tokenizer of {model.Quantizer.Bits} bits on {device}, seed {_seed}, {training.MaxSteps} steps.");
        HashSet<string> said = [];
        var warning = new LongTrainingWarning(model, device, text => Host.Warn("Training", text));
        using var pretrained = _options.Pretraining is { } options ? Pretrain(options) : null;
        return AudioBsqModel.Train(data, model, mel, training, Progress, Start, _options.Start ?? pretrained, cancellation);

        AudioBsqModel Pretrain(PretrainingOptions options)
        {
            Host.Inform("Training", $"Pre-training its encoder first, {options.Training.MaxSteps} steps.");
            var loop = options.Training with { Seed = _seed, Device = device };
            return AudioBsqModel.Pretrain(data, model, mel, options with { Training = loop }, Report, Start, cancellation);
        }

        void Progress(TrainingProgress progress)
        {
            Report(progress, said);
            warning.Judge(progress);
        }

        void Start(string note)
        {
            said.Add(note);
            Host.Inform("Training", note);
            _options.StartCallback?.Invoke(note);
        }
    }

    private void Report(PretrainingProgress progress)
    {
        string validation = progress.ValidationLoss is { } loss ? FormattableString.Invariant($", validation loss {loss:F4}") : "";
        Host.Inform(
            "Training",
            FormattableString.Invariant($"Pre-training, step {progress.Step} of {progress.MaxSteps}: loss {progress.Loss:F4}{validation}"));
        _options.PretrainingCallback?.Invoke(progress);
    }

    private void Report(TrainingProgress progress, HashSet<string> said)
    {
        foreach (string note in progress.Notes.Where(note => !said.Contains(note))) Host.Inform("Training", note);
        string validation = progress.Validation is { } v
            ? FormattableString.Invariant($", validation error {v.MeanAbsoluteError:F3}, code usage {v.Codes.Usage:P0}")
            : "";
        string figures = FormattableString.Invariant($"loss {progress.Loss:F4}, mel error {progress.MeanAbsoluteError:F3}{validation}");
        Host.Inform("Training", $"Step {progress.Step} of {progress.MaxSteps}: {figures}");
        _options.MetricsCallback?.Invoke(progress);
    }

    // An unusable validation set is an error now, not after the steps that come before the first validation.
    private Func<IEnumerable<float[]>>? Validation(MelOptions mel, CancellationToken cancellation)
    {
        if (_options.ValidationSet is not { } validation) return null;
        MelRows.Find(Host, validation.Schema, _columns.Input, mel);
        IEnumerable<float[]> Read() => MelRows.Read(validation, _columns.Input, mel, shuffleSeed: null, cancellation);
        if (Read().All(row => row.Length == 0))
        {
            throw new InvalidOperationException(
                $"{nameof(AudioTokenizerOptions.ValidationSet)} has no frames in column '{_columns.Input}'.");
        }

        return Read;
    }

    private MelOptions MelOptionsOf(DataViewSchema schema)
    {
        string input = _columns.Input;
        MelRows.Refuse(Host, schema[input]);
        var mel = _options.Mel ?? AudioColumn.TryGetMelOptions(schema[input]) ?? throw new ArgumentException(
            $"Column '{input}' does not say how its mel spectrograms were made. "
            + $"Put ExtractMelSpectrogram before it, or set {nameof(AudioTokenizerOptions)}.{nameof(AudioTokenizerOptions.Mel)}.",
            nameof(schema));
        if (mel.Bands != _options.Model.Bands)
            throw ColumnRule.Mismatch(Host, input, $"mel spectrogram of {_options.Model.Bands} bands", $"one of {mel.Bands} bands");
        MelRows.Find(Host, schema, input, mel);
        return mel;
    }
}
