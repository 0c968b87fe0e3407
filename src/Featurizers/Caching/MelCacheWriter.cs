using System.Buffers.Binary;
using System.Runtime.InteropServices;
using AudioBsq.Persistence;

namespace AudioBsq.MLNet;

/// <summary>
/// Writes a cache as an <see cref="AtomicFile"/>, which only one process at a time can. What is not kept is removed; what a killed process
/// left is written over.
/// </summary>
internal sealed class MelCacheWriter : IDisposable
{
    private readonly string _path;
    private readonly byte[] _key;
    private readonly AtomicFile _file;
    private readonly MemoryStream _index = new();

    private MelCacheWriter(string path, byte[] key)
    {
        (_path, _key) = (path, key);
        _file = Guarded(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            return new AtomicFile(_path);
        });
        _file.Stream.Position = MelCacheFile.HeaderLength; // the header comes last
    }

    /// <summary>Begins a file; null where another process is writing it.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static MelCacheWriter? Begin(string path, byte[] key)
    {
        try
        {
            return new MelCacheWriter(path, key);
        }
        catch (AtomicFileBusyException)
        {
            return null;
        }
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
            _file.Stream.Position = 0;
            _file.Stream.Write(header);
            _file.Commit();
            return true;
        });
    }

    public void Dispose() => _file.Dispose();

    private void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _file.Stream.Write(bytes);
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
        catch (Exception cause) when (
            cause is IOException and not AtomicFileBusyException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Failed(cause);
        }
    }

    private IOException Failed(Exception cause) => new(
        $"The mel cache '{_path}' could not be written after {Rows} rows: {cause.Message} Make room, choose a folder on another disk "
        + "that can be written to, or do without a cache on disk.",
        cause);
}
