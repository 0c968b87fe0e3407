using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Changes the sample rate of waveforms; made by <c>mlContext.Transforms.ResampleAudio</c>.</summary>
/// <remarks>
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Vector of <see cref="System.Single"/>: a waveform |
/// | Output column data type | Vector of <see cref="System.Single"/>, of any length, with a SampleRate annotation |
/// | Exportable to ONNX | No |
/// </remarks>
public sealed class AudioResamplingEstimator : AudioEstimator<AudioResamplingTransformer>
{
    private readonly ResamplingSettings _settings;

    internal AudioResamplingEstimator(IHostEnvironment environment, ResamplingSettings settings)
        : base(environment)
    {
        settings.Validate();
        _settings = settings;
    }

    private protected override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input)
    {
        ColumnRule.SingleVector.Find(Host, input, _settings.Input);
        return [AudioColumn.OfWaveforms(_settings.Output, _settings.SampleRate)];
    }

    private protected override AudioResamplingTransformer FitCore(IDataView input) => new(Host, _settings);
}
