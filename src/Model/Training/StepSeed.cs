namespace AudioBsq.Training;

/// <summary>
/// Seeds that depend on where a run stands and on nothing before it, so that a resumed run draws what the uninterrupted one would have
/// drawn (mixing function: SplitMix64; Steele, Lea and Flood 2014).
/// </summary>
internal static class StepSeed
{
    /// <summary>The seed for one part of one step, from 0.</summary>
    public static int Of(int seed, int step, int part = 0) => (int)(Mix(Mix(Mix((uint)seed) ^ (uint)step) ^ (uint)part) >> 33);

    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
