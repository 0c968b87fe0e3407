using System.Buffers.Binary;
using NLayer;

namespace AudioBsq.Decoding;

/// <summary>The four bytes that every MPEG audio frame starts with (ISO/IEC 11172-3, section 2.4.1.3, and 13818-3).</summary>
internal readonly record struct MpegFrameHeader(uint Bits)
{
    /// <summary>Bytes of a header.</summary>
    public const int Bytes = 4;

    /// <summary>More than any frame: layer II at 384 kbit/s and 32 kHz has 1729 bytes.</summary>
    public const int MaxLength = 1732;

    private static readonly int[] Rates = [44_100, 48_000, 32_000];

    private static readonly int[][] KilobitsV1 =
    [
        [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
        [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    ];

    private static readonly int[][] KilobitsV2 =
    [
        [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];

    /// <summary>Reads a header; false where there is none: 11 set bits, and no reserved version, layer, bit rate or sample rate.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out MpegFrameHeader header)
    {
        header = new(bytes.Length < Bytes ? 0 : BinaryPrimitives.ReadUInt32BigEndian(bytes));
        return header.Bits >> 21 == 0x7FF && header.Field(19, 2) != 1 && header.Field(17, 2) != 0 && header.BitRateIndex != 15
            && header.SampleRateIndex != 3;
    }

    public MpegVersion Version => Field(19, 2) switch
    {
        3 => MpegVersion.Version1,
        2 => MpegVersion.Version2,
        _ => MpegVersion.Version25,
    };

    public bool IsVersion1 => Version == MpegVersion.Version1;

    public MpegLayer Layer => (MpegLayer)(4 - Field(17, 2));

    public bool HasCrc => Field(16, 1) == 0;

    public int BitRateIndex => Field(12, 4);

    /// <summary>The bit rate is not among those that have a number, so that the frame's length is not in its header.</summary>
    public bool IsFreeFormat => BitRateIndex == 0;

    public int SampleRateIndex => Field(10, 2);

    public MpegChannelMode ChannelMode => (MpegChannelMode)Field(6, 2);

    public int ChannelModeExtension => Field(4, 2);

    public bool IsCopyrighted => Field(3, 1) == 1;

    /// <summary>In bits per second; 0 in free format.</summary>
    public int BitRate =>
        1000 * (IsVersion1 ? KilobitsV1[(int)Layer - 1] : KilobitsV2[Layer == MpegLayer.LayerI ? 0 : 1])[BitRateIndex];

    /// <summary>In Hz.</summary>
    public int SampleRate => Rates[SampleRateIndex] >> Version switch
    {
        MpegVersion.Version1 => 0,
        MpegVersion.Version2 => 1,
        _ => 2,
    };

    public int Channels => ChannelMode == MpegChannelMode.Mono ? 1 : 2;

    /// <summary>Samples per channel in the frame.</summary>
    public int Samples => Layer switch
    {
        MpegLayer.LayerI => 384,
        MpegLayer.LayerIII when !IsVersion1 => 576,
        _ => 1152,
    };

    /// <summary>Bytes of the frame with this header; unknown in free format.</summary>
    public int Length => Layer == MpegLayer.LayerI
        ? (12 * BitRate / SampleRate + Padding) * 4
        : Samples / 8 * BitRate / SampleRate + Padding;

    /// <summary>Where the frame's content starts: behind the header and its checksum.</summary>
    public int ContentStart => HasCrc ? Bytes + 2 : Bytes;

    /// <summary>Bytes of layer III's side information, at the start of the content.</summary>
    public int SideBytes => IsVersion1 ? (Channels == 1 ? 17 : 32) : Channels == 1 ? 9 : 17;

    /// <summary>Whether both can be of one recording: same version, layer, rate, and number of channels.</summary>
    public bool IsLike(MpegFrameHeader other) => ((Bits ^ other.Bits) & 0xFFFE0C00) == 0 && Channels == other.Channels;

    public override string ToString() => $"layer {(int)Layer} of {SampleRate} Hz and {Channels} channels";

    private int Padding => Field(9, 1);

    private int Field(int shift, int width) => (int)(Bits >> shift) & ((1 << width) - 1);
}
