using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Changes the sample rate of waveforms; made by <c>mlContext.Transforms.ResampleAudio</c>.</summary>
/// <remarks>
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Vector of <see cref="System.Single"/>: a waveform, or (frames, channels) row by row |
/// | Output column data type | Vector of <see cref="System.Single"/>, of any length or of one, with a SampleRate annotation |
/// | Exportable to ONNX | No |
///
/// A column of sample rates, if any, is <see cref="System.Int32"/>.
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
        int size = VectorSize.Of(ColumnRule.SingleVector.Find(Host, input, _settings.Input));
        if (_settings.InputSampleRateColumn is { } rates)
        {
            AudioResamplingTransformer.RateRule.Find(Host, input, rates);
            size = 0;
        }

        return [AudioColumn.OfWaveforms(_settings.Output, _settings.SampleRate, _settings.Seconds is null ? size : 1)];
    }

    private protected override AudioResamplingTransformer FitCore(IDataView input) => new(Host, _settings);
}
