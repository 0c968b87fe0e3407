using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;

namespace AudioBsq.MLNet;

/// <summary>
/// The input's rows with a mapper's columns: lazy, in the input's order, with the input's row ids. ML.NET's export to ONNX goes back
/// through views like this one, and is stopped here: it would leave out a view that it does not know, and write a model without it.
/// </summary>
internal sealed class BatchDataView(IDataView input, BatchMapper mapper, string transformer) : ITransformCanSaveOnnx
{
    public IDataView Input => input;

    public BatchMapper Mapper => mapper;

    public DataViewSchema Schema => mapper.OutputSchema;

    public bool CanShuffle => input.CanShuffle;

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var plan = mapper.Plan(columnsNeeded);
        return Open(plan, input.GetRowCursor(plan.Inputs, rand));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var plan = mapper.Plan(columnsNeeded);
        int max = plan.Computes ? mapper.MaxCursors : int.MaxValue;
        if (max == 1) return [Open(plan, input.GetRowCursor(plan.Inputs, rand))];

        int wanted = n > 0 ? Math.Min(n, max) : max == int.MaxValue ? n : max;
        var inputs = input.GetRowCursorSet(plan.Inputs, wanted, rand);
        if (inputs.Length > max) // the input may give more than were asked for
        {
            Dispose(inputs);
            return [Open(plan, input.GetRowCursor(plan.Inputs, rand))];
        }

        var cursors = new DataViewRowCursor[inputs.Length];
        for (int i = 0; i < cursors.Length; i++)
        {
            try
            {
                cursors[i] = Open(plan, inputs[i]);
            }
            catch
            {
                Dispose(cursors.AsSpan(0, i));
                Dispose(inputs.AsSpan(i + 1));
                throw;
            }
        }

        return cursors;
    }

    /// <summary>Wraps a cursor of the input, which is disposed if that fails.</summary>
    private DataViewRowCursor Open(ColumnPlan plan, DataViewRowCursor cursor)
    {
        try
        {
            return plan.Computes && mapper.BatchSize > 1 ? new BatchCursor(mapper, plan, cursor) : new RowCursor(mapper, plan, cursor);
        }
        catch
        {
            cursor.Dispose();
            throw;
        }
    }

    IDataView IDataTransform.Source => input;

    bool ICanSaveOnnx.CanSaveOnnx(OnnxContext ctx) => throw NotInOnnx();

    void ISaveAsOnnx.SaveAsOnnx(OnnxContext ctx) => throw NotInOnnx();

    void ICanSaveModel.Save(ModelSaveContext ctx) =>
        throw new NotSupportedException($"Save the {transformer} with mlContext.Model.Save, not the data that it gives.");

    private NotSupportedException NotInOnnx() => new(
        $"The {transformer} of this pipeline cannot be converted to ONNX. Save the pipeline with mlContext.Model.Save; write the "
        + "networks with AudioBsqModel.ExportOnnxEncoder and ExportOnnxDecoder; or convert what comes behind alone: the transformers "
        + "there, with mlContext.Data.Cache of what they read as inputData.");

    private static void Dispose(ReadOnlySpan<DataViewRowCursor> cursors)
    {
        foreach (var cursor in cursors) cursor.Dispose();
    }
}
