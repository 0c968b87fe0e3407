namespace AudioBsq.Decoding;

/// <summary>
/// IMA ADPCM as WAV files hold it (IMA Digital Audio Focus and Technical Working Groups 1992, section 6): steps of adaptive size.
/// </summary>
internal sealed class ImaAdpcm(WavFormat format, string name) : AdpcmBlocks(format, headerBytes: 4, name)
{
    private static readonly int[] Steps =
    [
        7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107, 118, 130, 143,
        157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552,
        1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487,
        12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
    ];

    private static readonly int[] Changes = [-1, -1, -1, -1, 2, 4, 6, 8];

    // Four bytes of one channel, then four of the next: eight samples each, the low half of a byte first.
    public override int FramesOf(int blockBytes) =>
        blockBytes < HeaderBytes ? 0 : 1 + (blockBytes - HeaderBytes) / (4 * Channels) * 8;

    public override void Decode(ReadOnlySpan<byte> block, Span<short> interleaved)
    {
        int frames = interleaved.Length / Channels;
        for (int c = 0; c < Channels; c++)
        {
            int sample = Int16At(block, 4 * c), index = Math.Min((int)block[4 * c + 2], Steps.Length - 1);
            interleaved[c] = (short)sample;
            for (int frame = 1; frame < frames; frame++)
            {
                var (group, place) = Math.DivRem(frame - 1, 8);
                byte pair = block[HeaderBytes + (group * Channels + c) * 4 + place / 2];
                int code = place % 2 == 0 ? pair & 15 : pair >> 4, step = Steps[index];
                int change = (step >> 3) + ((code & 4) != 0 ? step : 0) + ((code & 2) != 0 ? step >> 1 : 0) + ((code & 1) != 0 ? step >> 2 : 0);
                sample = Clip((code & 8) != 0 ? sample - change : sample + change);
                index = Math.Clamp(index + Changes[code & 7], 0, Steps.Length - 1);
                interleaved[frame * Channels + c] = (short)sample;
            }
        }
    }
}
