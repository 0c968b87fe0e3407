using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AudioBsq.Signal.Fft;

/// <summary>Copies frames between rows (frames, values) and a batch (values), where each lane of a vector belongs to one frame.</summary>
internal static class BatchRows
{
    /// <summary>Rows from <paramref name="firstFrame"/> on → one batch. Lanes past the last frame become zero.</summary>
    public static void Load(ReadOnlySpan<float> rows, Span<Vector<float>> batch, int firstFrame, int frames)
    {
        batch.Clear();
        int lanes = FrameBatch.Size, count = Math.Min(lanes, frames - firstFrame);
        var scalars = MemoryMarshal.Cast<Vector<float>, float>(batch);
        for (int lane = 0; lane < count; lane++)
        {
            var row = rows.Slice((firstFrame + lane) * batch.Length, batch.Length);
            for (int i = 0; i < row.Length; i++) scalars[i * lanes + lane] = row[i];
        }
    }

    /// <summary>
    /// One batch → rows of <paramref name="perRow"/> values, from the value at <paramref name="offset"/> of each on.
    /// </summary>
    public static void Store(ReadOnlySpan<Vector<float>> batch, Span<float> rows, int firstFrame, int frames, int perRow, int offset)
    {
        if (perRow == batch.Length)
        {
            Store(batch, rows, firstFrame, frames);
            return;
        }

        int lanes = FrameBatch.Size, count = Math.Min(lanes, frames - firstFrame);
        var scalars = MemoryMarshal.Cast<Vector<float>, float>(batch);
        for (int lane = 0; lane < count; lane++)
        {
            var row = rows.Slice((firstFrame + lane) * perRow + offset, batch.Length);
            for (int i = 0; i < row.Length; i++) row[i] = scalars[i * lanes + lane];
        }
    }

    /// <summary>One batch → rows from <paramref name="firstFrame"/> on. Lanes past the last frame are left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Store(ReadOnlySpan<Vector<float>> batch, Span<float> rows, int firstFrame, int frames)
    {
        int lanes = FrameBatch.Size, count = Math.Min(lanes, frames - firstFrame);
        int done = count == lanes ? FrameBatch.Store(batch, rows.Slice(firstFrame * batch.Length, count * batch.Length)) : 0;
        var scalars = MemoryMarshal.Cast<Vector<float>, float>(batch);
        for (int lane = 0; lane < count; lane++)
        {
            var row = rows.Slice((firstFrame + lane) * batch.Length, batch.Length);
            for (int i = done; i < row.Length; i++) row[i] = scalars[i * lanes + lane];
        }
    }
}
