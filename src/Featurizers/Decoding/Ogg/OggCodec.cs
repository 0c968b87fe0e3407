using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>How the packets of one link become samples.</summary>
internal abstract class OggCodec(string name)
{
    /// <summary>Rate and channels; the length is not known from here.</summary>
    public abstract AudioFormat Format { get; }

    /// <summary>Frames at the beginning that are not to be heard.</summary>
    public virtual int PreSkip => 0;

    /// <summary>The file's name, for messages.</summary>
    protected string Name { get; } = name;

    /// <summary>Whether a stream that starts with this packet is sound, decoded here or not.</summary>
    public static bool IsSound(ReadOnlySpan<byte> head) => NameOf(head) is not null;

    /// <summary>Name of the codec whose stream starts with this packet; null for none that is known.</summary>
    public static string? NameOf(ReadOnlySpan<byte> head) =>
        head.StartsWith("OpusHead"u8) ? "Opus"
        : head.StartsWith("\u0001vorbis"u8) ? "Vorbis"
        : head.StartsWith("Speex   "u8) ? "Speex"
        : head.StartsWith("\u007FFLAC"u8) ? "FLAC" : null;

    /// <summary>Reads the current link's header packets, so that the next one is sound.</summary>
    /// <exception cref="NotSupportedException">The sound is not decoded here.</exception>
    public static OggCodec Open(OggPackets packets, string name) => NameOf(packets.Head) switch
    {
        "Opus" => OpusCodec.Read(packets, name),
        "Vorbis" => VorbisCodec.Read(packets, name),
        var codec => throw new NotSupportedException(
            $"'{name}' is Ogg {codec}, which is not read here: convert it to FLAC, WAV, Ogg Vorbis or Opus."),
    };

    /// <summary>Frames that a packet adds. Packets are to be given in their order.</summary>
    /// <exception cref="InvalidDataException">It is no packet of this codec.</exception>
    public abstract int CountFrames(ReadOnlySpan<byte> packet);

    /// <summary>The next packet's samples, interleaved; they are there until the next call.</summary>
    /// <exception cref="InvalidDataException">The packet is damaged.</exception>
    public abstract ReadOnlySpan<float> Decode(ReadOnlyMemory<byte> packet);

    /// <summary>
    /// From where in a frame of Vorbis or Opus each channel comes in the order that WAV and FLAC have (Vorbis I, section 4.3.9); null where
    /// both are the same.
    /// </summary>
    protected static int[]? OrderOf(int channels) => channels switch
    {
        3 => [0, 2, 1],
        5 => [0, 2, 1, 3, 4],
        6 => [0, 2, 1, 5, 3, 4],
        7 => [0, 2, 1, 6, 5, 3, 4],
        8 => [0, 2, 1, 7, 5, 6, 3, 4],
        _ => null,
    };

    /// <summary>Place of the low-frequency channel in that order.</summary>
    protected static int? LfeOf(int channels) => channels is >= 6 and <= 8 ? 3 : null;

    /// <summary>A number of a header packet, which must be long enough.</summary>
    protected static uint Number(ReadOnlySpan<byte> header, int at) => BinaryPrimitives.ReadUInt32LittleEndian(header[at..]);

    /// <summary>The error to throw where a packet cannot be decoded.</summary>
    protected InvalidDataException Broken(string what, Exception? inner = null) => new($"The Ogg file '{Name}' is damaged: {what}.", inner);
}
