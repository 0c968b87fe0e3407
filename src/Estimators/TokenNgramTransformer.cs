using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableTransformer(typeof(TokenNgramTransformer), "AUDBSQTN", "AudioBsqTokenNgrams")]

namespace AudioBsq.MLNet;

/// <summary>Adds a column with the n-grams of a column of tokens.</summary>
public sealed class TokenNgramTransformer : AudioTransformer, ILoadableTransformer<TokenNgramTransformer>
{
    private readonly TokenNgramSettings _settings;

    internal TokenNgramTransformer(IHostEnvironment environment, TokenNgramSettings settings)
        : base(environment, settings.Names) => _settings = settings;

    private protected override BatchMapper Bind(DataViewSchema input)
    {
        var options = _settings.Ngrams;
        var (column, bits) = TokenColumn.Find(Host, input, InputColumnName);
        int perStep = options.TokensPerStep ?? TokenColumn.TokensPerStep(column) ?? 1;
        int size = options.SizeOf(bits, perStep);
        var output = SlotNames.Column(OutputColumnName, size, () => Names(options, bits, perStep));
        return new BatchMapper(
            input, [column], [output], (row, capacity) => new Session(row, column, new(options, bits, perStep), size, capacity));
    }

    private static IEnumerable<string> Names(TokenNgramOptions options, int bits, int perStep)
    {
        string[] names = [.. new TokenNgramLayout(options, bits).Names()];
        return
            from part in SlotNames.Apart(options.Parts > 1, "part", options.Parts)
            from row in SlotNames.Apart(options.PerRow, "row", perStep)
            from name in names
            select part + row + name;
    }

    private protected override void Save(ModelWriter writer) => writer.Options(_settings);

    static TokenNgramTransformer ILoadableTransformer<TokenNgramTransformer>.Load(IHostEnvironment environment, ModelReader reader) =>
        new(environment, reader.Options<TokenNgramSettings>(settings => settings.Validate()));

    private sealed class Session(DataViewRow row, DataViewSchema.Column column, TokenNgramCounter counter, int size, int capacity)
        : BatchSession
    {
        private readonly ValueGetter<VBuffer<uint>> _getter = VectorReader<uint>(row, column);
        private readonly (int[] Slots, float[] Values)[] _ngrams = new (int[], float[])[capacity];
        private VBuffer<uint> _row;

        public override void Collect(int slot)
        {
            _getter(ref _row);
            _ngrams[slot] = counter.Count(_row.ToValues());
        }

        public override void Run(int first, int count) { }

        public override Delegate Getter(int output, Func<int> slot) => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> destination) =>
        {
            var (slots, values) = _ngrams[slot()];
            var editor = VBufferEditor.Create(ref destination, size, values.Length, keepOldOnResize: false, requireIndicesOnDense: true);
            values.CopyTo(editor.Values);
            slots.CopyTo(editor.Indices);
            destination = editor.Commit();
        });
    }
}
