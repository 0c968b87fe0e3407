using AudioBsq.Vocoding;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Turns a column of mel spectrograms into waveforms by a vocoder that is trained already (after Vocos; Siuzdak 2023).</summary>
/// <remarks>
/// |  |  |
/// | -- | -- |
/// | Input column | <c>Vector&lt;Single&gt;</c> (frames, bands): a mel spectrogram made as the vocoder's training data was |
/// | Output column | <c>Vector&lt;Single&gt;</c>: mono samples, nominally −1 to 1, with an annotation <c>SampleRate</c> |
/// | Learns | no |
/// | Saves and loads | <c>mlContext.Model.Save</c> and <c>Load</c>; the weights are in the file |
/// </remarks>
public sealed class NeuralSynthesisEstimator : AudioEstimator<NeuralSynthesisTransformer>
{
    private readonly SynthesisColumns _columns;
    private readonly SharedResource<NeuralVocoder>.Lease _vocoder;

    internal NeuralSynthesisEstimator(IHostEnvironment environment, string output, string input, NeuralVocoder vocoder, NeuralSynthesisOptions options)
        : base(environment, nameof(NeuralSynthesisEstimator))
    {
        _columns = SynthesisColumns.Of(output, input, options);
        _vocoder = new SharedResource<NeuralVocoder>(vocoder).Acquire(); // never ended: the vocoder is the caller's
    }

    private protected override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input) => _columns.Outputs(Host, input, _vocoder.Value.Mel);

    private protected override NeuralSynthesisTransformer FitCore(IDataView input) => new(Host, _columns, _vocoder.Borrow());
}
