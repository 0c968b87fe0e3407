using static AudioBsq.Signal.SplitMix64;

namespace AudioBsq.Training;

/// <summary>Seeds that depend on the step alone, so that a resumed run has the random numbers of an uninterrupted one.</summary>
internal static class StepSeed
{
    /// <summary>The seed for a part of a step, from 0.</summary>
    public static int Of(int seed, int step, int part = 0) => (int)(Mix(Mix(Mix((uint)seed) ^ (uint)step) ^ (uint)part) >> 33);
}
