using Parquet;

namespace AudioBsq.Cli.Corpus;

/// <summary>
/// Writes rows to a Parquet file in row groups of a fixed number of clips, so that a file depends on nothing but its rows. A row group is
/// in memory at a time.
/// </summary>
internal sealed class ParquetRows(Stream file)
{
    /// <summary>Clips in a row group, except the last.</summary>
    public const int GroupSize = 512;

    private readonly ParquetWriter _writer = Wait(ParquetWriter.CreateAsync(ParquetColumns.Schema, file));
    private readonly List<ParquetRow> _rows = [];

    public void Add(ParquetRow row)
    {
        _rows.Add(row);
        if (_rows.Count == GroupSize) WriteGroup();
    }

    /// <summary>Writes the last rows and the end of the file.</summary>
    public void Complete()
    {
        if (_rows.Count > 0) WriteGroup();
        _writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private void WriteGroup()
    {
        ParquetColumns.WriteAsync(_writer, _rows).GetAwaiter().GetResult();
        _rows.Clear();
    }

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
