using System.Runtime.InteropServices;

namespace AudioBsq.Tests;

/// <summary>Takes what comes in piece by piece; what it gives piece by piece is put together again.</summary>
internal delegate float[] TakePiece(ReadOnlySpan<float> piece);

/// <summary>Sounds cut into pieces.</summary>
internal static class Pieces
{
    /// <summary>All that is given for pieces of 1 to <paramref name="longest"/> samples, and at the end.</summary>
    public static float[] Run(float[] sound, int longest, Random random, TakePiece accept, Func<float[]> flush)
    {
        var given = new List<float>();
        for (int at = 0, length; at < sound.Length; at += length)
        {
            length = Math.Min(sound.Length - at, random.Next(1, longest + 1));
            given.AddRange(accept(sound.AsSpan(at, length)));
        }

        return [.. given, .. flush()];
    }

    /// <summary>Fails where a bit differs.</summary>
    public static void Same(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Close.To(expected, actual, 0, what);
        Assert.True(MemoryMarshal.AsBytes(expected).SequenceEqual(MemoryMarshal.AsBytes(actual)), $"{what}: a sign differs");
    }
}
