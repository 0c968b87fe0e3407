using AudioBsq.MLNet;
using AudioBsq.Tests.Featurizers.Interop;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableTransformer(typeof(ToyTransformer), "TOYTRANS", ToyTransformer.Loader)]

namespace AudioBsq.Tests.Featurizers.Interop;

/// <summary>Options of <see cref="ToyTransformer"/>.</summary>
public sealed record ToyOptions
{
    public int BatchSize { get; init; } = 1;

    public int MaxCursors { get; init; } = int.MaxValue;

    public bool ReadsAhead { get; init; }

    internal void Validate() => Check.Positive(BatchSize);
}

/// <summary>What toys share: a factor, and a count of what happened.</summary>
internal sealed class ToyPayload(float factor) : IDisposable
{
    public float Factor => factor;

    public bool Disposed { get; private set; }

    public void Dispose() => Disposed = !Disposed ? true : throw new InvalidOperationException("disposed twice");
}

/// <summary>
/// Multiplies a vector. A row that begins with 13 cannot be collected; a batch with a row that begins with 66 cannot be computed.
/// </summary>
public sealed class ToyTransformer : AudioTransformer, ILoadableTransformer<ToyTransformer>
{
    internal const string Loader = "ToyTransformer";
    private readonly SharedResource<ToyPayload>.Lease _payload;
    private int _opened, _closed;

    internal ToyTransformer(
        IHostEnvironment environment, SharedResource<ToyPayload> payload, string output, string input, ToyOptions options)
        : this(environment, payload.Acquire(), new ColumnNames(output, input), options)
    {
    }

    private ToyTransformer(IHostEnvironment environment, SharedResource<ToyPayload>.Lease payload, ColumnNames columns, ToyOptions options)
        : base(environment, columns, owned: payload)
    {
        options.Validate();
        (Options, _payload) = (options, payload);
    }

    internal ToyOptions Options { get; }

    internal ToyPayload Payload => _payload.Value;

    /// <summary>Rows of each call of Run, in order.</summary>
    internal List<int> Runs { get; } = [];

    /// <summary>Called at the start of each run.</summary>
    internal Action Running { get; set; } = () => { };

    internal (int Opened, int Closed) Sessions => (_opened, _closed);

    private protected override BatchMapper Bind(DataViewSchema input)
    {
        var column = ColumnRule.SingleVector.Find(Host, input, InputColumnName);
        return new BatchMapper(
            input, [column], [new(OutputColumnName, column.Type)], (row, capacity) => new Session(this, row, column, capacity))
        {
            BatchSize = Options.BatchSize,
            MaxCursors = Options.MaxCursors,
            ReadsAhead = Options.ReadsAhead,
        };
    }

    private protected override void Save(ModelWriter writer)
    {
        writer.Text(OutputColumnName);
        writer.Text(InputColumnName);
        writer.Options(Options);
        writer.Shared("Payload.bin", _payload.Resource, stream => stream.Write(BitConverter.GetBytes(_payload.Value.Factor)));
    }

    static ToyTransformer ILoadableTransformer<ToyTransformer>.Load(IHostEnvironment environment, ModelReader reader)
    {
        string output = reader.Text(), input = reader.Text();
        var options = reader.Options<ToyOptions>(o => o.Validate());
        var payload = reader.Shared("Payload.bin", stream => new SharedResource<ToyPayload>(new(new BinaryReader(stream).ReadSingle())));
        return new ToyTransformer(environment, payload, output, input, options);
    }

    private sealed class Session : BatchSession
    {
        private readonly ToyTransformer _owner;
        private readonly ValueGetter<VBuffer<float>> _read;
        private readonly float[][] _values;
        private VBuffer<float> _vector;

        public Session(ToyTransformer owner, DataViewRow row, DataViewSchema.Column column, int capacity)
        {
            (_owner, _read, _values) = (owner, row.GetGetter<VBuffer<float>>(column), new float[capacity][]);
            Interlocked.Increment(ref owner._opened);
        }

        public override void Collect(int slot)
        {
            _read(ref _vector);
            float[] values = [.. _vector.DenseValues()];
            if (values is [13, ..]) throw new InvalidDataException("thirteen");
            _values[slot] = values;
        }

        public override void Run(int first, int count)
        {
            _owner.Running();
            lock (_owner.Runs) _owner.Runs.Add(count);
            if (_values.Skip(first).Take(count).Any(values => values is [66, ..])) throw new InvalidDataException("sixty-six");
            float factor = _owner.Payload.Factor;
            foreach (float[] values in _values.AsSpan(first, count))
            {
                for (int i = 0; i < values.Length; i++) values[i] *= factor;
            }
        }

        public override Delegate Getter(int output, Func<int> slot) => VectorGetter<float>(() => _values[slot()]);

        public override void Dispose()
        {
            Interlocked.Increment(ref _owner._closed);
            base.Dispose();
        }
    }
}

/// <summary>The estimator of <see cref="ToyTransformer"/>, which needs no data.</summary>
public sealed class ToyEstimator : AudioEstimator<ToyTransformer>
{
    private readonly SharedResource<ToyPayload> _payload;
    private readonly string _output, _input;
    private readonly ToyOptions _options;

    internal ToyEstimator(IHostEnvironment environment, SharedResource<ToyPayload> payload, string output, string input, ToyOptions options)
        : base(environment) =>
        (_payload, _output, _input, _options) = (payload, output, input, options);

    private protected override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs(SchemaShape input)
    {
        ColumnRule.SingleVector.Find(Host, input, _input);
        return [new(_output, new VectorDataViewType(NumberDataViewType.Single))];
    }

    private protected override ToyTransformer FitCore(IDataView input) => new(Host, _payload, _output, _input, _options);
}
