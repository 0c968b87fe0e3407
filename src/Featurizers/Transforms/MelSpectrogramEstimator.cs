using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Turns waveforms into mel spectrograms; made by <c>mlContext.Transforms.ExtractMelSpectrogram</c>.</summary>
/// <remarks>
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Vector of <see cref="System.Single"/>: a waveform |
/// | Output column data type | Vector of <see cref="System.Single"/>, (frames, bands) row by row, with a MelOptions annotation |
/// | Exportable to ONNX | No |
///
/// The output has a known size, as trainers need it, where the waveforms have.
/// </remarks>
public sealed class MelSpectrogramEstimator : AudioEstimator<MelSpectrogramTransformer>
{
    private readonly ColumnNames _columns;
    private readonly MelOptions _options;
    private readonly bool _assumesRate;

    internal MelSpectrogramEstimator(IHostEnvironment environment, ColumnNames columns, MelOptions options, bool assumesRate = false)
        : base(environment)
    {
        MelSpectrogramTransformer.Validate(columns, options);
        (_columns, _options, _assumesRate) = (columns, options, assumesRate);
    }

    private protected override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input)
    {
        int size = VectorSize.Of(ColumnRule.SingleVector.Find(Host, input, _columns.Input));
        return [AudioColumn.OfMels(_columns.Output, _options, size)];
    }

    private protected override MelSpectrogramTransformer FitCore(IDataView input) => new(Host, _columns, _options, _assumesRate);
}
