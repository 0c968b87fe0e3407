using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Turns waveforms into mel spectrograms; made by <c>mlContext.Transforms.ExtractMelSpectrogram</c>.</summary>
/// <remarks>
/// | | |
/// |---|---|
/// | Looks at the data to train | no |
/// | Input column | vector of Single: a waveform |
/// | Output column | vector of Single of (frames, bands), row by row, with a MelOptions annotation |
/// | Saved by mlContext.Model.Save | yes |
/// </remarks>
public sealed class MelSpectrogramEstimator : AudioEstimator<MelSpectrogramTransformer>
{
    private readonly string _output, _input;
    private readonly MelOptions _options;

    internal MelSpectrogramEstimator(IHostEnvironment environment, string output, string input, MelOptions options)
        : base(environment, nameof(MelSpectrogramEstimator))
    {
        MelSpectrogramTransformer.Validate(output, input, options);
        (_output, _input, _options) = (output, input, options);
    }

    private protected override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input)
    {
        ColumnRule.SingleVector.Find(Host, input, _input);
        return [MelColumn.Create(_output, _options)];
    }

    private protected override MelSpectrogramTransformer FitCore(IDataView input) => new(Host, _output, _input, _options);
}
