using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Turns tokens back into the mel spectrograms they stand for; made by <c>mlContext.Transforms.ReconstructAudio</c>.</summary>
/// <remarks>
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Vector of <see cref="System.UInt32"/> <see cref="Microsoft.ML.Data.KeyDataViewType"/>: tokens |
/// | Output column data type | Vector of <see cref="System.Single"/>, (frames, bands) row by row, with a MelOptions annotation |
/// | Exportable to ONNX | No |
///
/// A frame count column, if any, is <see cref="System.Int32"/>.
/// </remarks>
public sealed class AudioReconstructionEstimator : AudioEstimator<AudioReconstructionTransformer>
{
    private readonly TokenizerColumns _columns;
    private readonly SharedResource<AudioBsqModel>.Lease _model;

    /// <param name="environment">Where the component registers its host.</param>
    /// <param name="columns">Token, mel and frame count columns.</param>
    /// <param name="model">A hold on the model, which stays its owner's to end.</param>
    internal AudioReconstructionEstimator(IHostEnvironment environment, TokenizerColumns columns, SharedResource<AudioBsqModel>.Lease model)
        : base(environment)
    {
        columns.Validate();
        ModelEntry.Require(model.Value, ModelParts.Decoder);
        (_columns, _model) = (columns, model);
    }

    private protected override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input)
    {
        int size = VectorSize.Of(TokenColumn.Rule.Find(Host, input, _columns.Input));
        if (_columns.FrameCount is { } frames)
        {
            FrameCounts.Find(Host, input, frames);
            size = 0;
        }

        return [AudioColumn.OfMels(_columns.Output, _model.Value.Mel.MainOnly, size)];
    }

    private protected override AudioReconstructionTransformer FitCore(IDataView input) => new(Host, _columns, _model.Borrow());
}
