using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>
/// IMA ADPCM as in WAV: four bits a sample, which say how far the next one is away in steps that grow and shrink (IMA Digital Audio Focus
/// and Technical Working Groups 1992). A block starts with a sample and a step for each channel.
/// </summary>
internal sealed class ImaAdpcm(int channels) : IBlockCodec
{
    private static readonly short[] Steps =
    [
        7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107, 118, 130, 143,
        157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707,
        1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635,
        13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
    ];

    public string Name => "IMA ADPCM";

    public int HeaderBytes => 4 * channels;

    public int FramesOf(int bytes) => 1 + (bytes - HeaderBytes) / (4 * channels) * 8;

    public void Decode(ReadOnlySpan<byte> block, Span<float> interleaved)
    {
        int groups = (block.Length - HeaderBytes) / (4 * channels);
        for (int c = 0; c < channels; c++)
        {
            int sample = BinaryPrimitives.ReadInt16LittleEndian(block[(4 * c)..]), step = block[4 * c + 2];
            if (step >= Steps.Length) throw new InvalidDataException($"a block starts with step {step} of {Steps.Length}");
            interleaved[c] = sample / 32_768f;
            for (int i = 0; i < groups * 8; i++)
            {
                // Eight samples of one channel, then eight of the next; the lower half of a byte comes first.
                int pair = block[HeaderBytes + (i / 8 * channels + c) * 4 + i % 8 / 2];
                sample = Next(sample, ref step, (i & 1) == 0 ? pair & 15 : pair >> 4);
                interleaved[(i + 1) * channels + c] = sample / 32_768f;
            }
        }
    }

    private static int Next(int sample, ref int step, int code)
    {
        int size = code & 7, away = ((2 * size + 1) * Steps[step]) >> 3;
        step = Math.Clamp(step + (size < 4 ? -1 : 2 * (size - 3)), 0, Steps.Length - 1);
        return Math.Clamp((code & 8) != 0 ? sample - away : sample + away, short.MinValue, short.MaxValue);
    }
}
