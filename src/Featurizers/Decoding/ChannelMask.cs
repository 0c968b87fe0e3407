using System.Numerics;

namespace AudioBsq.Decoding;

/// <summary>Microsoft's bits for where the channels of a frame sound: a frame holds those that are set, lowest bit first.</summary>
internal static class ChannelMask
{
    private const uint LowFrequency = 8;

    /// <summary>Place of the low-frequency channel in a frame, or null where there is none, or nothing else.</summary>
    public static int? LfeOf(uint mask, int channels)
    {
        int before = BitOperations.PopCount(mask & (LowFrequency - 1));
        return (mask & LowFrequency) != 0 && channels > 1 && before < channels ? before : null;
    }
}
