using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Reads sound files into waveforms; made by <c>mlContext.Transforms.LoadAudio</c>.</summary>
/// <remarks>
/// | | |
/// |---|---|
/// | Looks at the data to train | no |
/// | Input column | text (a path), or vector of Byte (a file's content) |
/// | Time columns, if any | Single: seconds |
/// | Output column | vector of Single, of any length, with a SampleRate annotation |
/// | Saved by mlContext.Model.Save | yes |
/// </remarks>
public sealed class AudioLoadingEstimator : AudioEstimator<AudioLoadingTransformer>
{
    private readonly string _output, _input;
    private readonly AudioLoadingOptions _options;

    internal AudioLoadingEstimator(IHostEnvironment environment, string output, string input, AudioLoadingOptions options)
        : base(environment, nameof(AudioLoadingEstimator))
    {
        AudioLoadingTransformer.Validate(output, input, options);
        (_output, _input, _options) = (output, input, options);
    }

    private protected override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input)
    {
        AudioLoadingTransformer.InputRule.Find(Host, input, _input);
        foreach (string name in AudioLoadingTransformer.TimeColumns(_options)) AudioLoadingTransformer.TimeRule.Find(Host, input, name);
        return AudioLoadingTransformer.Outputs(_output, _options);
    }

    private protected override AudioLoadingTransformer FitCore(IDataView input) => new(Host, _output, _input, _options);
}
