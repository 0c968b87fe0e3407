using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Reads sound files into waveforms; made by <c>mlContext.Transforms.LoadAudio</c>.</summary>
/// <remarks>
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | <see cref="System.String"/> (a path), or vector of <see cref="System.Byte"/> (a file's content) |
/// | Output column data type | Vector of <see cref="System.Single"/>, of any length or of one, with a SampleRate annotation |
/// | Exportable to ONNX | No |
///
/// Time and speed columns, if any, are <see cref="System.Single"/>; an error column is <see cref="System.String"/>.
/// </remarks>
public sealed class AudioLoadingEstimator : AudioEstimator<AudioLoadingTransformer>
{
    private readonly ColumnNames _columns;
    private readonly AudioLoadingOptions _options;

    internal AudioLoadingEstimator(IHostEnvironment environment, ColumnNames columns, AudioLoadingOptions options)
        : base(environment)
    {
        AudioLoadingTransformer.Validate(columns, options);
        (_columns, _options) = (columns, options);
    }

    private protected override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input)
    {
        AudioLoadingTransformer.InputRule.Find(Host, input, _columns.Input);
        foreach (var (name, rule) in AudioLoadingTransformer.NumberColumns(_options)) rule.Find(Host, input, name);
        return AudioLoadingTransformer.Outputs(_columns.Output, _options);
    }

    private protected override AudioLoadingTransformer FitCore(IDataView input) => new(Host, _columns, _options);
}
