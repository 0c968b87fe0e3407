using System.Runtime.CompilerServices;

namespace AudioBsq.Signal;

/// <summary>SplitMix64 (Steele, Lea and Flood 2014): turns a counter or a seed into random bits.</summary>
internal static class SplitMix64
{
    /// <summary>The output of the generator for the state <paramref name="x"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
