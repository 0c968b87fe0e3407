using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Turns a column of mel spectrograms into waveforms by fast Griffin-Lim (Perraudin, Balazs and Søndergaard 2013).</summary>
/// <remarks>
/// |  |  |
/// | -- | -- |
/// | Input column | <c>Vector&lt;Single&gt;</c> (frames, bands): a mel spectrogram |
/// | Output column | <c>Vector&lt;Single&gt;</c>: mono samples, nominally −1 to 1, with an annotation <c>SampleRate</c> |
/// | Learns | no |
/// | Saves and loads | <c>mlContext.Model.Save</c> and <c>Load</c> |
/// </remarks>
public sealed class AudioSynthesisEstimator : AudioEstimator<AudioSynthesisTransformer>
{
    private readonly string _output, _input;
    private readonly AudioSynthesisOptions _options;

    internal AudioSynthesisEstimator(IHostEnvironment environment, string output, string input, AudioSynthesisOptions options)
        : base(environment, nameof(AudioSynthesisEstimator))
    {
        options.Validate();
        (_output, _input, _options) = (output, input, options);
    }

    private protected override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input)
    {
        ColumnRule.SingleVector.Find(Host, input, _input);
        if (_options.SampleCountColumnName is { } samples) FrameCounts.Find(Host, input, samples);
        return [WaveformColumn.Create(_output, (_options.Mel ?? new MelOptions()).SampleRate)];
    }

    private protected override AudioSynthesisTransformer FitCore(IDataView input)
    {
        var mel = _options.Mel ?? MelColumn.TryGetOptions(input.Schema[_input]) ?? throw new ArgumentException(
            $"Column '{_input}' does not say how its mel spectrograms were made. Set {nameof(AudioSynthesisOptions)}.{nameof(AudioSynthesisOptions.Mel)}.", nameof(input));
        return new AudioSynthesisTransformer(Host, new AudioSynthesisTransformer.Settings(_output, _input, _options.SampleCountColumnName, mel, _options.GriffinLim));
    }
}
