using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableTransformer(typeof(TokenBitsTransformer), "AUDBSQTB", "AudioBsqTokenBits")]

namespace AudioBsq.MLNet;

/// <summary>Adds a column with the bits of a column of tokens.</summary>
public sealed class TokenBitsTransformer : AudioTransformer, ILoadableTransformer<TokenBitsTransformer>
{
    internal TokenBitsTransformer(IHostEnvironment environment, ColumnNames columns)
        : base(environment, columns)
    {
    }

    private protected override BatchMapper Bind(DataViewSchema input)
    {
        var (column, bits) = TokenColumn.Find(Host, input, InputColumnName);
        int tokens = VectorSize.Of(column);
        var output = SlotNames.Column(OutputColumnName, checked(tokens * bits), () =>
            from token in Enumerable.Range(0, tokens) from bit in Enumerable.Range(1, bits) select $"token {token} bit {bits - bit}");
        return new BatchMapper(input, [column], [output], (row, capacity) => new Session(row, column, bits, capacity));
    }

    private protected override void Save(ModelWriter writer) => writer.Options(Columns);

    static TokenBitsTransformer ILoadableTransformer<TokenBitsTransformer>.Load(IHostEnvironment environment, ModelReader reader) =>
        new(environment, reader.Options<ColumnNames>(columns => columns.Validate()));

    private sealed class Session(DataViewRow row, DataViewSchema.Column column, int bits, int capacity) : BatchSession
    {
        private readonly ValueGetter<VBuffer<uint>> _getter = VectorReader<uint>(row, column);
        private readonly float[][] _bits = new float[capacity][];
        private VBuffer<uint> _row;

        public override void Collect(int slot)
        {
            _getter(ref _row);
            float[] values = new float[_row.Length * bits];
            int at = 0;
            foreach (uint key in _row.DenseValues())
            {
                for (int bit = bits - 1; bit >= 0; bit--) values[at++] = key == 0 ? float.NaN : (key - 1) >> bit & 1;
            }

            _bits[slot] = values;
        }

        public override void Run(int first, int count) { }

        public override Delegate Getter(int output, Func<int> slot) => VectorGetter<float>(() => _bits[slot()]);
    }
}
