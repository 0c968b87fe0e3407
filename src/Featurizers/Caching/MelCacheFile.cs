using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace AudioBsq.MLNet;

/// <summary>
/// A file of mel spectrograms, of which only the index is in memory: eight letters, version (Int32), number of rows (Int32), key (32
/// bytes); the rows' values (Single); for each row the number of its values (Int32) and their CRC-32C; SHA-256 of all but the values. All
/// little-endian.
/// </summary>
internal sealed class MelCacheFile
{
    public const int HeaderLength = 8 + 4 + 4 + 32, EntryLength = 8, HashLength = 32;

    /// <summary>Maximum number of values in a row: their bytes must have an Int32 as length.</summary>
    public const int MaxValues = int.MaxValue / sizeof(float);

    /// <summary>Maximum number of rows: the bytes of their index must have an Int32 as length.</summary>
    public const int MaxRows = int.MaxValue / (2 * EntryLength);

    private const int Version = 1;

    private readonly string _path;
    private readonly long[] _offsets;
    private readonly uint[] _checks;

    private MelCacheFile(string path, byte[] key, long[] offsets, uint[] checks) =>
        (_path, Key, _offsets, _checks) = (path, key, offsets, checks);

    private static ReadOnlySpan<byte> Magic => "ABSQMELC"u8;

    /// <summary>Of what decides the content.</summary>
    public byte[] Key { get; }

    public int Rows => _checks.Length;

    public int ValuesOf(int row) => (int)((_offsets[row + 1] - _offsets[row]) / sizeof(float));

    /// <exception cref="InvalidDataException">
    /// It is the user's file of another kind, which must not be lost. An empty one is a damaged cache.
    /// </exception>
    public static void RefuseOther(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        Span<byte> start = stackalloc byte[Magic.Length];
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (!Magic.StartsWith(start[..read]))
            throw new InvalidDataException($"'{path}' is no mel cache, and is not written over. Choose another file, or remove it.");
    }

    /// <summary>The first bytes of a file.</summary>
    public static byte[] Header(int rows, ReadOnlySpan<byte> key)
    {
        byte[] header = new byte[HeaderLength];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), rows);
        key.CopyTo(header.AsSpan(16));
        return header;
    }

    /// <summary>Opens a file and checks its header and index.</summary>
    /// <exception cref="InvalidDataException">They are damaged, or of another version.</exception>
    public static MelCacheFile Open(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        if (stream.Length < HeaderLength + HashLength) throw Damaged(path, "it is too short");
        byte[] header = new byte[HeaderLength];
        stream.ReadExactly(header);
        int version = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(8));
        int rows = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12));
        if (version != Version)
        {
            throw new InvalidDataException(
                $"The mel cache '{path}' has version {version} of its format; this is version {Version}. "
                + "It is replaced when the data is cached.");
        }

        long end = stream.Length - HashLength - (long)EntryLength * rows;
        if (rows is < 0 or > MaxRows || end < HeaderLength) throw Damaged(path, $"it is too short for its {rows} rows");
        byte[] index = new byte[EntryLength * rows], hash = new byte[HashLength];
        stream.Position = end;
        stream.ReadExactly(index);
        stream.ReadExactly(hash);
        if (!HashOf(header, index).AsSpan().SequenceEqual(hash)) throw Damaged(path, "header and index do not have their SHA-256");

        var (offsets, checks) = (new long[rows + 1], new uint[rows]);
        offsets[0] = HeaderLength;
        for (int row = 0; row < rows; row++)
        {
            int values = BinaryPrimitives.ReadInt32LittleEndian(index.AsSpan(EntryLength * row));
            if (values is < 0 or > MaxValues) throw Damaged(path, $"row {row} has {values} values");
            offsets[row + 1] = offsets[row] + (long)sizeof(float) * values;
            checks[row] = BinaryPrimitives.ReadUInt32LittleEndian(index.AsSpan(EntryLength * row + 4));
        }

        return offsets[rows] == end
            ? new MelCacheFile(path, header[16..], offsets, checks)
            : throw Damaged(path, "its length is not that of its rows");
    }

    /// <summary>A handle for <see cref="Read"/>, which any number of threads may share.</summary>
    public SafeFileHandle OpenHandle() => File.OpenHandle(_path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

    /// <summary>Reads a row into a span of its length.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public void Read(SafeFileHandle handle, int row, Span<float> values)
    {
        var bytes = MemoryMarshal.AsBytes(values);
        for (int done = 0; done < bytes.Length;)
        {
            int read = RandomAccess.Read(handle, bytes[done..], _offsets[row] + done);
            if (read == 0) throw Damaged(_path, $"it ends in row {row}");
            done += read;
        }

        if (CheckOf(bytes) != _checks[row]) throw Damaged(_path, $"row {row} does not have its CRC");
    }

    /// <summary>Reads everything once.</summary>
    /// <exception cref="InvalidDataException">A row is damaged.</exception>
    public void Check(CancellationToken cancellation)
    {
        using var handle = OpenHandle();
        float[] values = [];
        for (int row = 0; row < Rows; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (values.Length < ValuesOf(row)) values = new float[ValuesOf(row)];
            Read(handle, row, values.AsSpan(0, ValuesOf(row)));
        }
    }

    public static byte[] HashOf(byte[] header, byte[] index)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header);
        hash.AppendData(index);
        return hash.GetHashAndReset();
    }

    /// <summary>CRC-32C (Castagnoli et al. 1993) of bytes whose number is a multiple of 4.</summary>
    public static uint CheckOf(ReadOnlySpan<byte> bytes)
    {
        uint check = uint.MaxValue;
        foreach (ulong eight in MemoryMarshal.Cast<byte, ulong>(bytes)) check = BitOperations.Crc32C(check, eight);
        foreach (uint four in MemoryMarshal.Cast<byte, uint>(bytes[(bytes.Length & ~7)..])) check = BitOperations.Crc32C(check, four);
        return ~check;
    }

    private static InvalidDataException Damaged(string path, string reason) =>
        new($"The mel cache '{path}' is damaged: {reason}. A damaged one is written anew when the data is cached.");
}
