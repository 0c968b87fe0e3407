using AudioBsq.Signal;
using AudioBsq.Vocoding;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>
/// Learns a vocoder from a column of mel spectrograms and a column of the waveforms that they should become; made by
/// <c>mlContext.Transforms.TrainVocoder</c>.
/// </summary>
/// <remarks>
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes |
/// | Input column data type | Two vectors of <see cref="System.Single"/>: a mel spectrogram, and for Fit alone the waveform |
/// | Output column data type | Vector of <see cref="System.Single"/>: mono samples, nominally −1 to 1, with a SampleRate annotation |
/// | Exportable to ONNX | No |
///
/// Where the mel column is a tokenizer's reconstruction, the vocoder learns to repair it. <c>Fit</c> reads the data many times: put
/// <c>AppendCacheCheckpoint</c> before it unless the data exceeds memory.
/// </remarks>
public sealed class VocoderEstimator : AudioEstimator<AudioSynthesisTransformer>
{
    private readonly ColumnNames _columns;
    private readonly string _waveform;
    private readonly TrainVocoderOptions _options;
    private readonly int _seed; // the same for every Fit

    internal VocoderEstimator(IHostEnvironment environment, ColumnNames columns, string waveform, TrainVocoderOptions options)
        : base(environment)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_columns, _waveform, _options, _seed) = (columns, waveform, options, options.Seed ?? Host.Rand.Next());
    }

    private protected override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input)
    {
        ColumnRule.SingleVector.Find(Host, input, _waveform);
        int size = VectorSize.Of(ColumnRule.SingleVector.Find(Host, input, _columns.Input));
        if (_options.SampleCountColumnName is { } samples)
        {
            FrameCounts.Find(Host, input, samples);
            size = 0;
        }

        return [AudioColumn.OfWaveforms(_columns.Output, (_options.Mel ?? new MelOptions()).SampleRate, size)];
    }

    private protected override AudioSynthesisTransformer FitCore(IDataView input)
    {
        using var cancellation = new HostCancellation(Host, _options.CancellationToken);
        var mel = MelOptionsOf(input.Schema);
        var training = _options.Training with { Seed = _seed, Device = ModelDevice.ChooseForTraining(Host, _options.Device) };
        Host.Inform("Training", $"Training a vocoder on {training.Device}, seed {_seed}, {training.MaxSteps} steps.");
        var data = new VocoderTrainingData(pass => Read(input, mel, unchecked(_seed + pass), cancellation.Token));
        try
        {
            var vocoder = NeuralVocoder.Train(data, _options.Vocoder, mel, training, Report, _options.Start, cancellation.Token);
            return new AudioSynthesisTransformer(
                Host,
                _columns,
                _options.SampleCountColumnName,
                _options.RefinementIterations,
                new SharedResource<IWaveformSynthesizer>(vocoder).Acquire());
        }
        catch (OperationCanceledException stopped) when (_options.CancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(stopped.Message, stopped, _options.CancellationToken); // the token that the caller knows
        }
    }

    private void Report(VocoderProgress progress)
    {
        Host.Inform("Training", FormattableString.Invariant(
            $"Step {progress.Step} of {progress.MaxSteps}: loss {progress.Loss:F4}, mel error {progress.MelError:F3} dB"));
        _options.ProgressCallback?.Invoke(progress);
    }

    private MelOptions MelOptionsOf(DataViewSchema schema)
    {
        MelRows.Refuse(Host, schema[_columns.Input]);
        var mel = _options.Mel ?? AudioColumn.TryGetMelOptions(schema[_columns.Input]) ?? throw new ArgumentException(
            $"Column '{_columns.Input}' does not say how its mel spectrograms were made. "
            + $"Set {nameof(TrainVocoderOptions)}.{nameof(TrainVocoderOptions.Mel)}.",
            nameof(schema));
        mel = mel.MainOnly;
        MelRows.Find(Host, schema, _columns.Input, mel);
        WaveformRows.Find(Host, schema, _waveform, mel.SampleRate);
        return mel;
    }

    private IEnumerable<VocoderClip> Read(IDataView data, MelOptions mel, int shuffleSeed, CancellationToken cancellation)
    {
        DataViewSchema.Column spectrogram = data.Schema[_columns.Input], waveform = data.Schema[_waveform];
        using var cursor = data.GetRowCursor([spectrogram, waveform], data.CanShuffle ? new Random(shuffleSeed) : null);
        var (readMel, readWaveform) = (cursor.GetGetter<VBuffer<float>>(spectrogram), cursor.GetGetter<VBuffer<float>>(waveform));
        int perFrame = MelRows.ValuesPerFrame(spectrogram, mel);
        VBuffer<float> frames = default, samples = default;
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            readMel(ref frames);
            readWaveform(ref samples);
            float[] levels = MelScales.Cut(MelRows.Values(frames, spectrogram.Name, perFrame, cursor.Position), perFrame, mel.Bands);
            yield return new VocoderClip(samples.ToValues(), levels);
        }
    }
}
