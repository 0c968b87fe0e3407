using AudioBsq.Signal;
using AudioBsq.Vocoding;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Learns a vocoder from a column of mel spectrograms and a column of the waveforms that they should become.</summary>
/// <remarks>
/// |  |  |
/// | -- | -- |
/// | Input columns | <c>Vector&lt;Single&gt;</c> (frames, bands): a mel spectrogram, or a tokenizer's reconstruction of it, which the vocoder then learns to repair; and for <c>Fit</c> alone <c>Vector&lt;Single&gt;</c>: the waveform |
/// | Output column | <c>Vector&lt;Single&gt;</c>: mono samples, nominally −1 to 1, with an annotation <c>SampleRate</c> |
/// | Learns | yes, passing over the data many times; put <c>AppendCacheCheckpoint</c> before it unless the data exceeds memory |
/// | Saves and loads | <c>mlContext.Model.Save</c> and <c>Load</c> |
/// </remarks>
public sealed class VocoderEstimator : AudioEstimator<NeuralSynthesisTransformer>
{
    private readonly SynthesisColumns _columns;
    private readonly string _waveform;
    private readonly TrainVocoderOptions _options;

    internal VocoderEstimator(IHostEnvironment environment, string output, string mel, string waveform, TrainVocoderOptions options)
        : base(environment, nameof(VocoderEstimator))
    {
        options.Validate();
        (_columns, _waveform, _options) = (SynthesisColumns.Of(output, mel, options.Synthesis), waveform, options);
    }

    private protected override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input)
    {
        ColumnRule.SingleVector.Find(Host, input, _waveform);
        return _columns.Outputs(Host, input, _options.Mel ?? new MelOptions());
    }

    private protected override NeuralSynthesisTransformer FitCore(IDataView input)
    {
        using var cancellation = new HostCancellation(Host, _options.CancellationToken);
        var mel = MelOptionsOf(input.Schema);
        int seed = _options.Seed ?? Host.Rand.Next();
        var training = _options.Training with { Seed = seed, Device = ModelDevice.Choose(Host, _options.Device) };
        Host.Inform("Training", $"Training a vocoder on {training.Device}, seed {seed}, {training.MaxSteps} steps.");
        var data = new VocoderTrainingData(pass => Read(input, mel, unchecked(seed + pass), cancellation.Token));
        try
        {
            var vocoder = NeuralVocoder.Train(data, _options.Vocoder, mel, training, Report, cancellation.Token);
            return new NeuralSynthesisTransformer(Host, _columns, new SharedResource<NeuralVocoder>(vocoder).Acquire());
        }
        catch (OperationCanceledException stopped) when (_options.CancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(stopped.Message, stopped, _options.CancellationToken); // the token that the caller knows
        }
    }

    private void Report(VocoderProgress progress)
    {
        Host.Inform("Training", FormattableString.Invariant($"Step {progress.Step} of {progress.MaxSteps}: loss {progress.Loss:F4}, mel error {progress.MelError:F3} dB"));
        _options.ProgressCallback?.Invoke(progress);
    }

    private MelOptions MelOptionsOf(DataViewSchema schema)
    {
        var mel = _options.Mel ?? MelColumn.TryGetOptions(schema[_columns.Input]) ?? throw new ArgumentException(
            $"Column '{_columns.Input}' does not say how its mel spectrograms were made. Set {nameof(TrainVocoderOptions)}.{nameof(TrainVocoderOptions.Mel)}.", nameof(schema));
        MelRows.Find(Host, schema, _columns.Input, mel);
        if (WaveformColumn.TryGetSampleRate(schema[_waveform]) is { } rate && rate != mel.SampleRate)
            throw ColumnRule.Mismatch(Host, _waveform, $"a waveform at {mel.SampleRate} Hz (MelOptions.SampleRate)", $"one at {rate} Hz");
        return mel;
    }

    private IEnumerable<VocoderClip> Read(IDataView data, MelOptions mel, int shuffleSeed, CancellationToken cancellation)
    {
        DataViewSchema.Column spectrogram = data.Schema[_columns.Input], waveform = data.Schema[_waveform];
        using var cursor = data.GetRowCursor([spectrogram, waveform], data.CanShuffle ? new Random(shuffleSeed) : null);
        var (readMel, readWaveform) = (cursor.GetGetter<VBuffer<float>>(spectrogram), cursor.GetGetter<VBuffer<float>>(waveform));
        VBuffer<float> frames = default, samples = default;
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            readMel(ref frames);
            readWaveform(ref samples);
            yield return new VocoderClip([.. samples.DenseValues()], MelRows.Values(frames, spectrogram.Name, mel.Bands, cursor.Position));
        }
    }
}
