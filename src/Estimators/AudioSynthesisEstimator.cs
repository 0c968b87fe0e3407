using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>
/// Turns mel spectrograms into waveforms, by fast Griffin-Lim (Perraudin, Balazs and Søndergaard 2013) or by a trained vocoder (after
/// Vocos; Siuzdak 2023); made by <c>mlContext.Transforms.SynthesizeAudio</c>.
/// </summary>
/// <remarks>
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Vector of <see cref="System.Single"/>, (frames, bands) row by row: a mel spectrogram |
/// | Output column data type | Vector of <see cref="System.Single"/>: mono samples, nominally −1 to 1, with a SampleRate annotation |
/// | Exportable to ONNX | No |
///
/// A sample count column, if any, is <see cref="System.Int32"/>.
/// </remarks>
public sealed class AudioSynthesisEstimator : AudioEstimator<AudioSynthesisTransformer>
{
    private readonly ColumnNames _columns;
    private readonly AudioSynthesisOptions _options;
    private readonly SharedResource<IWaveformSynthesizer>.Lease? _given;

    internal AudioSynthesisEstimator(IHostEnvironment environment, ColumnNames columns, AudioSynthesisOptions options)
        : base(environment)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_columns, _options) = (columns, options);
        // Never ended: the synthesizer is the caller's.
        if (options.Synthesizer is { } given) _given = new SharedResource<IWaveformSynthesizer>(given).Acquire();
    }

    private protected override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input)
    {
        int size = VectorSize.Of(ColumnRule.SingleVector.Find(Host, input, _columns.Input));
        if (_options.SampleCountColumnName is { } samples)
        {
            FrameCounts.Find(Host, input, samples);
            size = 0;
        }

        int rate = _given?.Value.SampleRate ?? (_options.Mel ?? new MelOptions()).SampleRate;
        return [AudioColumn.OfWaveforms(_columns.Output, rate, size)];
    }

    private protected override AudioSynthesisTransformer FitCore(IDataView input)
    {
        var synthesizer = _given?.Borrow() ?? new SharedResource<IWaveformSynthesizer>(GriffinLimFor(input.Schema)).Acquire();
        return new AudioSynthesisTransformer(
            Host, _columns, _options.SampleCountColumnName, _options.RefinementIterations, synthesizer);
    }

    private GriffinLim GriffinLimFor(DataViewSchema input)
    {
        MelRows.Refuse(Host, input[_columns.Input]);
        var mel = _options.Mel ?? AudioColumn.TryGetMelOptions(input[_columns.Input]) ?? throw new ArgumentException(
            $"Column '{_columns.Input}' does not say how its mel spectrograms were made. "
            + $"Set {nameof(AudioSynthesisOptions)}.{nameof(AudioSynthesisOptions.Mel)}.",
            nameof(input));
        return new GriffinLim(mel, _options.GriffinLim);
    }
}
