using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Turns tokens into their bits; made by <c>mlContext.Transforms.MapTokensToBits</c>.</summary>
/// <remarks>
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Vector of <see cref="System.UInt32"/> <see cref="KeyDataViewType"/> of 2^bits: tokens |
/// | Output column data type | Vector of <see cref="System.Single"/>: the bits of every token, highest bit first |
/// | Exportable to ONNX | No |
///
/// Each bit is 0 or 1, or NaN for a missing token. The output has a known length, as trainers need it, where the tokens' column has.
/// </remarks>
public sealed class TokenBitsEstimator : AudioEstimator<TokenBitsTransformer>
{
    private readonly ColumnNames _columns;

    internal TokenBitsEstimator(IHostEnvironment environment, ColumnNames columns)
        : base(environment) => _columns = columns;

    private protected override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input)
    {
        int size = VectorSize.Of(TokenColumn.Rule.Find(Host, input, _columns.Input));
        return [SlotNames.Column(_columns.Output, size, () => [])];
    }

    private protected override TokenBitsTransformer FitCore(IDataView input) => new(Host, _columns);
}
