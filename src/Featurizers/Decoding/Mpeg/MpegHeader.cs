using NLayer;

namespace AudioBsq.Decoding;

/// <summary>The four bytes that start a frame of MPEG-1, MPEG-2 or MPEG-2.5 audio (ISO/IEC 11172-3 and 13818-3, section 2.4.2.3).</summary>
internal readonly record struct MpegHeader(
    MpegVersion Version,
    MpegLayer Layer,
    int BitRateIndex,
    int SampleRateIndex,
    bool HasCrc,
    bool IsPadded,
    MpegChannelMode Mode,
    int ModeExtension)
{
    public const int Length = 4;

    private static readonly int[][] BitRates = // in kbit/s: version 1 layers I to III, version 2 layer I, version 2 layers II and III
    [
        [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
        [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];

    private static readonly int[] SampleRates = [44_100, 48_000, 32_000];

    /// <summary>Reads a header, or says that these bytes are none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out MpegHeader header)
    {
        header = default;
        if (bytes.Length < Length || bytes[0] != 0xFF || (bytes[1] & 0xE0) != 0xE0) return false;
        int version = bytes[1] >> 3 & 3, layer = bytes[1] >> 1 & 3, rate = bytes[2] >> 4, sampling = bytes[2] >> 2 & 3;
        if (version == 1 || layer == 0 || rate == 15 || sampling == 3) return false;
        header = new MpegHeader(
            version switch { 3 => MpegVersion.Version1, 2 => MpegVersion.Version2, _ => MpegVersion.Version25 },
            layer switch { 3 => MpegLayer.LayerI, 2 => MpegLayer.LayerII, _ => MpegLayer.LayerIII },
            rate,
            sampling,
            (bytes[1] & 1) == 0,
            (bytes[2] & 2) != 0,
            (MpegChannelMode)(bytes[3] >> 6),
            bytes[3] >> 4 & 3);
        return true;
    }

    /// <summary>Frames of free format do not say their length.</summary>
    public bool IsFreeFormat => BitRateIndex == 0;

    public int Channels => Mode == MpegChannelMode.Mono ? 1 : 2;

    public int SampleRate => SampleRates[SampleRateIndex] / (Version == MpegVersion.Version1 ? 1 : Version == MpegVersion.Version2 ? 2 : 4);

    /// <summary>In bits per second.</summary>
    public int BitRate => 1000 * BitRates[Version == MpegVersion.Version1 ? (int)Layer - 1 : Layer == MpegLayer.LayerI ? 3 : 4][BitRateIndex];

    /// <summary>Samples of each channel.</summary>
    public int Samples => Layer == MpegLayer.LayerI ? 384 : Layer == MpegLayer.LayerIII && Version != MpegVersion.Version1 ? 576 : 1152;

    /// <summary>Bytes of the frame, with the header.</summary>
    public int FrameBytes => Layer == MpegLayer.LayerI
        ? (12 * BitRate / SampleRate + (IsPadded ? 1 : 0)) * 4
        : Samples / 8 * BitRate / SampleRate + (IsPadded ? 1 : 0);

    /// <summary>Bytes between the header with its checksum and the sound of a frame of layer III.</summary>
    public int SideInformationBytes => (Version == MpegVersion.Version1, Channels) switch
    {
        (true, 1) => 17,
        (true, _) => 32,
        (_, 1) => 9,
        _ => 17,
    };

    /// <summary>Whether two frames can belong to the same recording.</summary>
    public bool Continues(MpegHeader other) =>
        (Version, Layer, SampleRateIndex, Channels) == (other.Version, other.Layer, other.SampleRateIndex, other.Channels);
}
