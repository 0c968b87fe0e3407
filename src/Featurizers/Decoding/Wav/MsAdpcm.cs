using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>Microsoft ADPCM (Multimedia Data Standards Update 3.0, "Microsoft ADPCM"): the last two samples predict the next.</summary>
internal sealed class MsAdpcm : AdpcmBlocks
{
    private const int MinDelta = 16;

    private static readonly int[] Adaptation = [230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230];

    private readonly (int First, int Second)[] _coefficients = [(256, 0), (512, -256), (0, 0), (192, 64), (240, 0), (460, -208), (392, -232)];

    public MsAdpcm(WavFormat format, string name) : base(format, headerBytes: 7, name)
    {
        // Behind the extension's size and the samples of a block: a number of pairs, which are nearly always the seven above.
        int count = format.Extra.Length >= 6 ? BinaryPrimitives.ReadUInt16LittleEndian(format.Extra.AsSpan(4)) : 0;
        if (count is < 7 or > 256 || format.Extra.Length < 6 + 4 * count) return;
        _coefficients = [.. Enumerable.Range(0, count).Select(i => ((int)Int16At(format.Extra, 6 + 4 * i), (int)Int16At(format.Extra, 8 + 4 * i)))];
    }

    public override int FramesOf(int blockBytes) => blockBytes < HeaderBytes ? 0 : 2 + (blockBytes - HeaderBytes) * 2 / Channels;

    public override void Decode(ReadOnlySpan<byte> block, Span<short> interleaved)
    {
        for (int c = 0; c < Channels; c++)
        {
            var (first, second) = _coefficients[Math.Min(block[c], _coefficients.Length - 1)];
            int delta = Int16At(block, Channels + 2 * c), last = Int16At(block, 3 * Channels + 2 * c);
            int before = Int16At(block, 5 * Channels + 2 * c);
            (interleaved[c], interleaved[Channels + c]) = ((short)before, (short)last);
            for (int i = 2 * Channels + c; i < interleaved.Length; i += Channels)
            {
                int place = i - 2 * Channels;
                int code = place % 2 == 0 ? block[HeaderBytes + place / 2] >> 4 : block[HeaderBytes + place / 2] & 15;
                int predicted = (last * first + before * second) / 256 + (code > 7 ? code - 16 : code) * delta;
                (before, last) = (last, Clip(predicted));
                delta = Math.Max((int)((long)Adaptation[code] * delta >> 8), MinDelta);
                interleaved[i] = (short)last;
            }
        }
    }
}
