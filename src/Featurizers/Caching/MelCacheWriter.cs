using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AudioBsq.MLNet;

/// <summary>
/// Writes a cache under another name, which only one process at a time can, and moves it into its place when all of it is on the disk. What
/// is not kept is removed; what a killed process left is written over.
/// </summary>
internal sealed class MelCacheWriter : IDisposable
{
    private readonly string _path, _unfinished;
    private readonly byte[] _key;
    private readonly FileStream _stream;
    private readonly MemoryStream _index = new();
    private bool _kept;

    public MelCacheWriter(string path, byte[] key)
    {
        (_path, _unfinished, _key) = (path, path + ".unfinished", key);
        _stream = Guarded(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            return new FileStream(_unfinished, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        });
        _stream.Position = MelCacheFile.HeaderLength; // the header comes last
    }

    public int Rows => (int)(_index.Length / MelCacheFile.EntryLength);

    /// <summary>Adds a row.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Add(ReadOnlySpan<float> values)
    {
        if (values.Length > MelCacheFile.MaxValues)
        {
            throw new InvalidDataException(
                $"Row {Rows} has {values.Length} values; a mel cache takes up to {MelCacheFile.MaxValues}. Cut the clip.");
        }

        if (Rows == MelCacheFile.MaxRows)
            throw new InvalidDataException($"A mel cache takes up to {MelCacheFile.MaxRows} rows. Divide the data.");
        var bytes = MemoryMarshal.AsBytes(values);
        Span<byte> entry = stackalloc byte[MelCacheFile.EntryLength];
        BinaryPrimitives.WriteInt32LittleEndian(entry, values.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], MelCacheFile.CheckOf(bytes));
        Write(bytes);
        _index.Write(entry);
    }

    /// <summary>Finishes the file and moves it into its place, over an older one.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Keep()
    {
        byte[] header = MelCacheFile.Header(Rows, _key), index = _index.ToArray();
        Write(index);
        Write(MelCacheFile.HashOf(header, index));
        Guarded(() =>
        {
            _stream.Position = 0;
            _stream.Write(header);
            _stream.Flush(flushToDisk: true);
            _stream.Dispose();
            File.Move(_unfinished, _path, overwrite: true);
            return _kept = true;
        });
    }

    public void Dispose()
    {
        if (_kept) return;
        Try(_stream.Dispose);
        Try(() => File.Delete(_unfinished));
    }

    // The first error is being thrown already; the next file replaces what is left of this one.
    private static void Try(Action close)
    {
        try
        {
            close();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream.Write(bytes);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw Failed(cause);
        }
    }

    private T Guarded<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Failed(cause);
        }
    }

    private IOException Failed(Exception cause) => new(
        $"The mel cache '{_path}' could not be written after {Rows} rows: {cause.Message} Make room, choose a folder on another disk "
        + "that can be written to, or do without a cache on disk.",
        cause);
}
