using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Turns a column of tokens into their bits, as numbers.</summary>
/// <remarks>
/// |  |  |
/// | -- | -- |
/// | Input column | <c>Vector&lt;Key&lt;UInt32, 2^bits&gt;&gt;</c>: tokens |
/// | Output column | <c>Vector&lt;Single&gt;</c>: bits per token for every token, highest bit first, each 0 or 1 (a missing token: NaN); of known length, as trainers need it, where the tokens' is |
/// | Learns | no |
/// | Saves and loads | <c>mlContext.Model.Save</c> and <c>Load</c> |
/// </remarks>
public sealed class TokenBitsEstimator : AudioEstimator<TokenBitsTransformer>
{
    private readonly string _output, _input;

    internal TokenBitsEstimator(IHostEnvironment environment, string output, string input)
        : base(environment, nameof(TokenBitsEstimator)) => (_output, _input) = (output, input);

    private protected override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input)
    {
        bool known = TokenColumn.Rule.Find(Host, input, _input).Kind == SchemaShape.Column.VectorKind.Vector;
        return [new(_output, new VectorDataViewType(NumberDataViewType.Single, known ? 1 : 0))]; // a shape says whether there is a size, not which
    }

    private protected override TokenBitsTransformer FitCore(IDataView input) => new(Host, new TokenBitsTransformer.Settings(_output, _input));
}
