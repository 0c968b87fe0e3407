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
/// | Learns | yes, passing over the data many times; put <c>AppendCacheCheckpoint</c> before it unless the spectrograms exceed memory |
/// | Saves and loads | <c>mlContext.Model.Save</c> and <c>Load</c> |
///
/// The model is Audio BSQ-ViT: transformer encoder, binary spherical quantization (Zhao et al. 2024), transformer decoder.
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
        if (_given is not null) return new AudioTokenizerTransformer(Host, settings, _given.Resource.Acquire());

        var mel = MelOptionsOf(input.Schema[_input]);
        int seed = _options.Seed ?? Host.Rand.Next();
        string device = ModelDevice.Choose(Host, _options.Device);
        Host.Inform("Training", $"Training an audio tokenizer of {_options.Model.Quantizer.Bits} bits on {device}, seed {seed}, {_options.Training.MaxSteps} steps.");
        var data = new TrainingData(
            pass => MelRows.Read(input, _input, mel.Bands, shuffleSeed: unchecked(seed + pass)),
            _options.ValidationSet is { } validation ? () => MelRows.Read(validation, _input, mel.Bands) : null);
        var model = AudioBsqModel.Train(data, _options.Model, mel, _options.Training with { Seed = seed, Device = device }, Report, _options.CancellationToken);
        return new AudioTokenizerTransformer(Host, settings, new SharedResource<AudioBsqModel>(model).Acquire());
    }

    private void Report(TrainingProgress progress)
    {
        Host.CheckAlive();
        foreach (string note in progress.Notes) Host.Inform("Training", note);
        string validation = progress.Validation is { } v ? $", validation error {v.MeanAbsoluteError:F3}, code usage {v.Codes.Usage:P0}" : "";
        Host.Inform("Training", FormattableString.Invariant(
            $"Step {progress.Step} of {progress.MaxSteps}: loss {progress.Loss:F4}, mel error {progress.MeanAbsoluteError:F3}{validation}"));
        _options.MetricsCallback?.Invoke(progress);
    }

    private MelOptions MelOptionsOf(DataViewSchema.Column column)
    {
        var carried = MelColumn.TryGetOptions(column);
        var mel = _options.Mel ?? carried ?? throw new ArgumentException(
            $"Column '{_input}' does not say how its mel spectrograms were made. Set {nameof(AudioTokenizerOptions)}.{nameof(AudioTokenizerOptions.Mel)}.", nameof(column));
        if (carried is not null && carried != mel) throw new ArgumentException($"Column '{_input}' holds {carried}; the options say {mel}.", nameof(column));
        if (mel.Bands != _options.Model.Bands) throw ColumnRule.Mismatch(Host, _input, $"mel spectrogram of {_options.Model.Bands} bands", $"one of {mel.Bands} bands");
        return mel;
    }
}
