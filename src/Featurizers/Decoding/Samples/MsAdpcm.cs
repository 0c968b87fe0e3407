using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>
/// Microsoft ADPCM: four bits a sample, which correct a prediction from the two before. A block starts, for each channel, with the
/// number of its predictor, a step, and two samples.
/// </summary>
internal sealed class MsAdpcm(int channels, short[] coefficients) : IBlockCodec
{
    private const int SmallestStep = 16;

    private static readonly short[] Usual = [256, 0, 512, -256, 0, 0, 192, 64, 240, 0, 460, -208, 392, -232];
    private static readonly short[] Adaption = [230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230];

    private readonly short[] _coefficients = coefficients.Length > 0 ? coefficients : Usual;

    public string Name => "MS ADPCM";

    public int HeaderBytes => 7 * channels;

    public int FramesOf(int bytes) => 2 + (bytes - HeaderBytes) * 2 / channels;

    public void Decode(ReadOnlySpan<byte> block, Span<float> interleaved)
    {
        int frames = FramesOf(block.Length);
        for (int c = 0; c < channels; c++)
        {
            int predictor = block[c];
            if (2 * predictor >= _coefficients.Length)
                throw new InvalidDataException($"a block has predictor {predictor} of {_coefficients.Length / 2}");
            int step = Int16(block, channels, c), last = Int16(block, 3 * channels, c), before = Int16(block, 5 * channels, c);
            (interleaved[c], interleaved[channels + c]) = (before / 32_768f, last / 32_768f);
            for (int frame = 2; frame < frames; frame++)
            {
                int at = (frame - 2) * channels + c, pair = block[HeaderBytes + at / 2], code = (at & 1) == 0 ? pair >> 4 : pair & 15;
                int predicted = (last * _coefficients[2 * predictor] + before * _coefficients[2 * predictor + 1]) / 256;
                int sample = Math.Clamp(predicted + (code << 28 >> 28) * step, short.MinValue, short.MaxValue);
                (before, last) = (last, sample);
                step = Math.Max(SmallestStep, Adaption[code] * step >> 8);
                interleaved[frame * channels + c] = sample / 32_768f;
            }
        }
    }

    private static int Int16(ReadOnlySpan<byte> block, int at, int channel) =>
        BinaryPrimitives.ReadInt16LittleEndian(block[(at + 2 * channel)..]);
}
