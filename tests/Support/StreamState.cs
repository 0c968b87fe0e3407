using System.Buffers.Binary;

namespace AudioBsq.Tests;

/// <summary>States of streams as bytes, good and damaged ones.</summary>
internal static class StreamState
{
    private const int MostBytes = 1 << 20;

    public static byte[] Of(Action<BinaryWriter> save)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        save(writer);
        return bytes.ToArray();
    }

    public static void Into(Action<BinaryReader> restore, byte[] state)
    {
        using var reader = new BinaryReader(new MemoryStream(state, writable: false));
        restore(reader);
    }

    /// <summary>Adds to the 64-bit numbers at some places.</summary>
    public static byte[] Moved(byte[] state, params (int At, long By)[] numbers)
    {
        byte[] moved = [.. state];
        foreach (var (at, by) in numbers)
        {
            long value = BinaryPrimitives.ReadInt64LittleEndian(moved.AsSpan(at));
            BinaryPrimitives.WriteInt64LittleEndian(moved.AsSpan(at), value + by);
        }
        return moved;
    }

    /// <summary>Every shorter state and a thousand damaged ones are refused or restored, and none takes much memory.</summary>
    /// <returns>How many were refused.</returns>
    public static int Damage(byte[] state, Action<BinaryReader> restore)
    {
        var random = new Random(11);
        var damaged = Enumerable.Range(0, Math.Min(state.Length, 200)).Select(length => state[..length])
            .Concat(Enumerable.Range(0, 1_000).Select(_ => Mutations.OfBytes(state, random)));
        int refused = 0;
        foreach (byte[] bytes in damaged)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Into(restore, bytes);
            }
            catch (InvalidDataException)
            {
                refused++;
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        }

        return refused;
    }
}
