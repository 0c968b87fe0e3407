using System.Diagnostics;
using AudioBsq.Persistence;
using AudioBsq.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>
/// One column's cache: start reading here. An existing file is used if it holds what would be written; otherwise it is replaced. Where
/// another run writes it, this one waits.
/// </summary>
internal sealed class MelCache
{
    private const int RowsAhead = 16; // of each thread
    private const long ValuesAhead = 4 << 20;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200), MaxIdle = TimeSpan.FromMinutes(10);

    private readonly IHost _host;
    private readonly IDataView _data;
    private readonly DataViewSchema.Column _column;
    private readonly string _path;
    private readonly MelCacheOptions _options;

    public MelCache(IHostEnvironment environment, IDataView data, string column, string path, MelCacheOptions options)
    {
        _host = environment.Register("CacheMelSpectrograms");
        _column = ColumnRule.SingleVector.Find(_host, data.Schema, column);
        (_data, _path, _options) = (data, Path.GetFullPath(path), options);
    }

    /// <summary>The data with the column from the file.</summary>
    public IDataView Open()
    {
        using var cancellation = new HostCancellation(_host, _options.CancellationToken);
        if (Directory.Exists(_path)) throw new IOException($"'{_path}' is a folder, not a file for a mel cache.");
        byte[] key = MelCacheKey.Of(_data, _column, _options.Key);
        while (true)
        {
            if (Existing(key, cancellation.Token) is { } file) return new MelCacheView(_data, _column, file);
            if (Written(key, cancellation.Token) is { } written) return new MelCacheView(_data, _column, written);
            Wait(cancellation.Token);
        }
    }

    private MelCacheFile? Existing(byte[] key, CancellationToken cancellation)
    {
        if (!File.Exists(_path)) return null;
        MelCacheFile.RefuseOther(_path);
        try
        {
            var file = MelCacheFile.Open(_path);
            if (!file.Key.SequenceEqual(key)) return Outdated("the clips, or how they are read, are not those it was written from");
            file.Check(cancellation);
            return IsComplete(file, cancellation) ? file : Outdated("clips that could not be read then can be read now");
        }
        catch (InvalidDataException damage)
        {
            _host.Warn(nameof(MelCache), damage.Message);
            return null;
        }
    }

    private MelCacheFile? Outdated(string reason)
    {
        _host.Inform(nameof(MelCache), $"The mel cache '{_path}' is written anew: {reason}.");
        return null;
    }

    /// <summary>
    /// Whether the rows that are empty in the file still are. Where rows are computed one by one, as behind LoadAudio, no others are
    /// computed.
    /// </summary>
    private bool IsComplete(MelCacheFile file, CancellationToken cancellation)
    {
        int last = Enumerable.Range(0, file.Rows).LastOrDefault(row => file.ValuesOf(row) == 0, -1);
        if (last < 0) return true;
        using var cursor = _data.GetRowCursor([_column]);
        var read = cursor.GetGetter<VBuffer<float>>(_column);
        VBuffer<float> value = default;
        for (int row = 0; row <= last && cursor.MoveNext(); row++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (file.ValuesOf(row) > 0) continue;
            read(ref value);
            if (value.Length > 0) return false;
        }

        return true;
    }

    /// <summary>Waits for another run that writes the file, until it has ended in whatever way or does nothing any more.</summary>
    private void Wait(CancellationToken cancellation)
    {
        _host.Warn(
            nameof(MelCache), $"Another run is writing the mel cache '{_path}'. This one waits, and reads it if it is of the same clips.");
        var (length, idle) = (0L, Stopwatch.StartNew());
        while (AtomicFile.IsBeingWritten(_path, out long now))
        {
            if (now != length) idle.Restart();
            length = now;
            if (idle.Elapsed > MaxIdle)
            {
                throw new IOException(
                    $"Another process has the mel cache '{_path}' open, and has written nothing for {MaxIdle.TotalMinutes} minutes.");
            }

            if (cancellation.WaitHandle.WaitOne(BetweenLooks)) cancellation.ThrowIfCancellationRequested();
        }
    }

    // Null where another run is writing it.
    private MelCacheFile? Written(byte[] key, CancellationToken cancellation)
    {
        long? count = _data.GetRowCount();
        using (var writer = MelCacheWriter.Begin(_path, key))
        {
            if (writer is null) return null;
            foreach (float[] row in Rows(_options.Threads ?? Environment.ProcessorCount, cancellation))
            {
                cancellation.ThrowIfCancellationRequested();
                writer.Add(row);
                _options.Progress?.Invoke(writer.Rows, count);
            }

            writer.Keep();
        }

        return MelCacheFile.Open(_path);
    }

    /// <summary>All rows in order; each thread has a cursor of its own and computes every n-th row.</summary>
    private IEnumerable<float[]> Rows(int threads, CancellationToken cancellation)
    {
        IEnumerator<float[]>[] parts = [.. Enumerable.Range(0, threads).Select(part =>
            ReadAhead.Of(Part(part, threads, cancellation), RowsAhead, ValuesAhead, cancellation).GetEnumerator())];
        try
        {
            for (int row = 0; parts[row % threads].MoveNext(); row++) yield return parts[row % threads].Current;
        }
        finally
        {
            foreach (var part in parts) part.Dispose();
        }
    }

    private IEnumerable<float[]> Part(int part, int parts, CancellationToken cancellation)
    {
        using var cursor = _data.GetRowCursor([_column]);
        var read = cursor.GetGetter<VBuffer<float>>(_column);
        VBuffer<float> value = default;
        for (int row = 0; cursor.MoveNext(); row++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (row % parts != part) continue;
            read(ref value);
            yield return value.ToValues();
        }
    }
}
