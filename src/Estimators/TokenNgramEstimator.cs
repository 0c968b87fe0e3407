using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Counts n-grams of tokens; made by <c>mlContext.Transforms.ProduceTokenNgrams</c>.</summary>
/// <remarks>
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Vector of <see cref="System.UInt32"/> <see cref="KeyDataViewType"/> of 2^bits: tokens |
/// | Output column data type | Vector of <see cref="System.Single"/> of known size (<see cref="TokenNgramOptions.SizeOf"/>), sparse |
/// | Exportable to ONNX | No |
///
/// N-grams with a missing token are left out. A clip without tokens gives zeros. Slots have names where there are at most 65,536.
/// </remarks>
public sealed class TokenNgramEstimator : AudioEstimator<TokenNgramTransformer>
{
    private readonly TokenNgramSettings _settings;

    internal TokenNgramEstimator(IHostEnvironment environment, TokenNgramSettings settings)
        : base(environment)
    {
        settings.Validate();
        _settings = settings;
    }

    private protected override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input)
    {
        TokenColumn.Rule.Find(Host, input, _settings.Input);
        return [SlotNames.Column(_settings.Output, 1, () => [])];
    }

    private protected override TokenNgramTransformer FitCore(IDataView input) => new(Host, _settings);
}
