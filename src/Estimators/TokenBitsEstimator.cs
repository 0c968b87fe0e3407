using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Turns a column of tokens into their bits, as numbers that any trainer can use.</summary>
/// <remarks>
/// |  |  |
/// | -- | -- |
/// | Input column | <c>Vector&lt;Key&lt;UInt32, 2^bits&gt;&gt;</c>: tokens |
/// | Output column | <c>Vector&lt;Single&gt;</c>: bits per token for every token, highest bit first, each 0 or 1 (a missing token: NaN) |
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
        TokenColumn.Rule.Find(Host, input, _input);
        return [new(_output, TokenBitsTransformer.Type)];
    }

    private protected override TokenBitsTransformer FitCore(IDataView input) => new(Host, new TokenBitsTransformer.Settings(_output, _input));
}
