using AudioBsq.Signal;
using AudioBsq.Training;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Learns a binary spherical quantization tokenizer from a column of mel spectrograms.</summary>
/// <remarks>
/// |  |  |
/// | -- | -- |
/// | Input column | <c>Vector&lt;Single&gt;</c> (frames, bands): a mel spectrogram, as <c>ExtractMelSpectrogram</c> makes it |
/// | Output column | <c>Vector&lt;Key&lt;UInt32, 2^bits&gt;&gt;</c>: tokens in time order, within a time step from low to high bands; raw values count from 1 |
/// | Learns | yes, passing over the data many times; put <c>AppendCacheCheckpoint</c> before it, or <c>mlContext.Data.CacheMelSpectrograms</c> where the spectrograms exceed memory |
/// | Saves and loads | <c>mlContext.Model.Save</c> and <c>Load</c> |
///
/// The model is Audio BSQ-ViT: transformer encoder, binary spherical quantization (Zhao et al. 2024), transformer decoder. Where memory runs out,
/// <c>Fit</c> throws <see cref="InsufficientMemoryException"/>, whose message names what to lower.
/// </remarks>
public sealed class AudioTokenizerEstimator : AudioEstimator<AudioTokenizerTransformer>
{
    private readonly string _output, _input;
    private readonly AudioTokenizerOptions _options;
    private readonly SharedResource<AudioBsqModel>.Lease? _given;

    internal AudioTokenizerEstimator(IHostEnvironment environment, string output, string input, AudioTokenizerOptions options, AudioBsqModel? given = null)
        : base(environment, nameof(AudioTokenizerEstimator))
    {
        options.Validate();
        Check.That(options.FrameCountColumnName != output, options.FrameCountColumnName, $"must differ from the token column '{output}'", nameof(options.FrameCountColumnName));
        if (given is not null && !given.Content.Parts.HasFlag(ModelParts.Encoder)) throw new NotSupportedException("The model was saved without its encoder and cannot tokenize. Save the whole tokenizer to do both.");
        (_output, _input, _options) = (output, input, options);
        if (given is not null) _given = new SharedResource<AudioBsqModel>(given).Acquire(); // never ended: the model is the caller's
    }

    private protected override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input)
    {
        ColumnRule.SingleVector.Find(Host, input, _input);
        return TokenColumn.Outputs(_output, _options.FrameCountColumnName, _given?.Value.Options ?? _options.Model);
    }

    private protected override AudioTokenizerTransformer FitCore(IDataView input)
    {
        var settings = new TokenizerColumns(_output, _input, _options.FrameCountColumnName, _options.BatchSize);
        if (_given is not null) return new AudioTokenizerTransformer(Host, settings, _given.Borrow());

        using var cancellation = new HostCancellation(Host, _options.CancellationToken);
        var mel = MelOptionsOf(input.Schema);
        int seed = _options.Seed ?? Host.Rand.Next();
        var data = new TrainingData(
            pass => MelRows.Read(input, _input, mel.Bands, shuffleSeed: unchecked(seed + pass), cancellation.Token),
            Validation(mel, cancellation.Token));
        try
        {
            var model = Train(data, mel, seed, cancellation.Token);
            return new AudioTokenizerTransformer(Host, settings, new SharedResource<AudioBsqModel>(model).Acquire());
        }
        catch (OperationCanceledException stopped) when (_options.CancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(stopped.Message, stopped, _options.CancellationToken); // the token that the caller knows
        }
    }

    private AudioBsqModel Train(TrainingData data, MelOptions mel, int seed, CancellationToken cancellation)
    {
        string device = ModelDevice.Choose(Host, _options.Device);
        Host.Inform("Training", $"Training an audio tokenizer of {_options.Model.Quantizer.Bits} bits on {device}, seed {seed}, {_options.Training.MaxSteps} steps.");
        return AudioBsqModel.Train(data, _options.Model, mel, _options.Training with { Seed = seed, Device = device }, Report, cancellation);
    }

    private void Report(TrainingProgress progress)
    {
        foreach (string note in progress.Notes) Host.Inform("Training", note);
        string validation = progress.Validation is { } v
            ? FormattableString.Invariant($", validation error {v.MeanAbsoluteError:F3}, code usage {v.Codes.Usage:P0}")
            : "";
        Host.Inform("Training", FormattableString.Invariant(
            $"Step {progress.Step} of {progress.MaxSteps}: loss {progress.Loss:F4}, mel error {progress.MeanAbsoluteError:F3}{validation}"));
        _options.MetricsCallback?.Invoke(progress);
    }

    // What is wrong with the validation set is said now, not after the steps that come before the first validation.
    private Func<IEnumerable<float[]>>? Validation(MelOptions mel, CancellationToken cancellation)
    {
        if (_options.ValidationSet is not { } validation) return null;
        MelRows.Find(Host, validation.Schema, _input, mel);
        IEnumerable<float[]> Read() => MelRows.Read(validation, _input, mel.Bands, shuffleSeed: null, cancellation);
        if (Read().All(row => row.Length == 0)) throw new InvalidOperationException($"{nameof(AudioTokenizerOptions.ValidationSet)} has no frames in column '{_input}'.");
        return Read;
    }

    private MelOptions MelOptionsOf(DataViewSchema schema)
    {
        var mel = _options.Mel ?? MelColumn.TryGetOptions(schema[_input]) ?? throw new ArgumentException(
            $"Column '{_input}' does not say how its mel spectrograms were made. Set {nameof(AudioTokenizerOptions)}.{nameof(AudioTokenizerOptions.Mel)}.", nameof(schema));
        if (mel.Bands != _options.Model.Bands) throw ColumnRule.Mismatch(Host, _input, $"mel spectrogram of {_options.Model.Bands} bands", $"one of {mel.Bands} bands");
        MelRows.Find(Host, schema, _input, mel);
        return mel;
    }
}
