using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.MLNet;

/// <summary>One row at a time: the way of prediction engines and of chains inside them.</summary>
/// <param name="mapper">What each row is mapped by.</param>
/// <param name="opened">Called for each row that is opened: once by an engine.</param>
internal sealed class RowMapper(BatchMapper mapper, Action<DataViewRow> opened) : IRowToRowMapper
{
    public DataViewSchema InputSchema => mapper.InputSchema;

    public DataViewSchema OutputSchema => mapper.OutputSchema;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        mapper.Plan(dependingColumns).Inputs;

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Schema != InputSchema)
            throw new ArgumentException("The row's schema is not the one this mapper was made for.", nameof(input));
        var row = new Row(mapper, mapper.Plan(activeColumns), input);
        opened(row);
        return row;
    }

    private sealed class Row : DataViewRow
    {
        private readonly BatchMapper _mapper;
        private readonly ColumnPlan _plan;
        private readonly DataViewRow _input;
        private readonly RowSession _session;
        private bool _disposed;

        public Row(BatchMapper mapper, ColumnPlan plan, DataViewRow input)
        {
            (_mapper, _plan, _input) = (mapper, plan, input);
            _session = new RowSession(mapper, plan, input);
        }

        public override DataViewSchema Schema => _mapper.OutputSchema;

        public override long Position => _input.Position;

        public override long Batch => _input.Batch;

        public override bool IsColumnActive(DataViewSchema.Column column) => _plan.IsActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _session.Getter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (!_disposed && disposing)
            {
                _disposed = true;
                _session.Dispose();
                _input.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
