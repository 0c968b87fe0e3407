using Microsoft.ML;

namespace AudioBsq.MLNet;

/// <summary>
/// Data whose mel column comes from a file. Every cursor has a handle of its own, so that there is nothing to dispose here.
/// </summary>
internal sealed class MelCacheView(IDataView input, DataViewSchema.Column mel, MelCacheFile file) : IDataView
{
    public DataViewSchema Schema => input.Schema;

    public bool CanShuffle => true;

    public long? GetRowCount() => file.Rows;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        ArgumentNullException.ThrowIfNull(columnsNeeded);
        DataViewSchema.Column[] needed = [.. columnsNeeded], others = [.. needed.Where(column => column.Index != mel.Index)];
        if (others.Length == needed.Length) return input.GetRowCursor(needed, rand);
        var handle = file.OpenHandle();
        try
        {
            int[]? order = rand is null || others.Length > 0 ? null : MLEnvironment.Permutation(rand, file.Rows);
            return new MelCacheCursor(Schema, mel, file, handle, order, others.Length > 0 ? input.GetRowCursor(others) : null);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
