using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace AudioBsq.Decoding;

/// <summary>The one field of a FLAC file's comments that says something about its samples (RFC 9639, section 8.6.2).</summary>
internal static class FlacComment
{
    public const int BlockType = 4;

    private const string ChannelMaskField = "WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x";

    /// <summary>Which channels a frame holds, in Microsoft's bits, or null where the comments do not say or are damaged.</summary>
    public static uint? ChannelMaskOf(ReadOnlySpan<byte> block)
    {
        if (!TryTake(ref block, out _) || !TryTakeNumber(ref block, out uint fields)) return null; // the vendor's name comes first
        for (; fields > 0 && TryTake(ref block, out var field); fields--)
        {
            string text = Encoding.UTF8.GetString(field[..Math.Min(field.Length, ChannelMaskField.Length + sizeof(uint) * 2)]);
            bool isMask = text.StartsWith(ChannelMaskField, StringComparison.OrdinalIgnoreCase);
            if (isMask && uint.TryParse(text[ChannelMaskField.Length..], NumberStyles.HexNumber, null, out uint mask)) return mask;
        }

        return null;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> block, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!TryTakeNumber(ref block, out uint length) || length > block.Length) return false;
        value = block[..(int)length];
        block = block[(int)length..];
        return true;
    }

    private static bool TryTakeNumber(ref ReadOnlySpan<byte> block, out uint number)
    {
        if (!BinaryPrimitives.TryReadUInt32LittleEndian(block, out number)) return false;
        block = block[sizeof(uint)..];
        return true;
    }
}
