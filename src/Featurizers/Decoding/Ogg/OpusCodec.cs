using System.Buffers.Binary;
using System.Numerics.Tensors;
using Concentus.Structs;

namespace AudioBsq.Decoding;

/// <summary>
/// Opus by Concentus: always at 48 kHz, 1 to 8 channels in the order of WAV, or up to 255 in no known one (RFC 7845, section 5.1).
/// Concentus decodes to 16 bits.
/// </summary>
internal sealed class OpusCodec : OggCodec
{
    private const int Rate = 48_000, MaxPacketFrames = 5_760;

    private readonly int _streams, _coupled;
    private readonly byte[] _mapping;
    private readonly float _gain;
    private readonly float[] _samples;
    private OpusMSDecoder? _decoder;

    private OpusCodec(ReadOnlySpan<byte> head, string name) : base(name)
    {
        if (head.Length < 19 || head[8] > 15) throw Broken("its Opus header is incomplete or of an unknown version");
        int channels = head[9], family = head[18];
        if (family == 0)
        {
            if (channels is < 1 or > 2) throw Broken($"its Opus header declares {channels} channels");
            (_streams, _coupled, _mapping) = (1, channels - 1, [0, 1]);
        }
        else
        {
            if (family is not (1 or 255)) throw new NotSupportedException(
                $"'{name}' is Opus with channel mapping {family}, which is not read here: convert it to FLAC or WAV.");
            if (channels == 0 || head.Length < 21 + channels) throw Broken("its Opus header is incomplete");
            (_streams, _coupled, _mapping) = (head[19], head[20], head.Slice(21, channels).ToArray());
            bool isPossible = _streams > 0 && _coupled <= _streams && _streams + _coupled <= 255
                && !_mapping.Any(from => from != 255 && from >= _streams + _coupled);
            if (!isPossible) throw Broken("its Opus header maps channels to streams that are not there");
            if (family == 1 && OrderOf(channels) is { } order) _mapping = Array.ConvertAll(order, from => _mapping[from]);
        }

        PreSkip = BinaryPrimitives.ReadUInt16LittleEndian(head[10..]);
        _gain = (float)Math.Pow(10, BinaryPrimitives.ReadInt16LittleEndian(head[16..]) / (20.0 * 256));
        _samples = new float[MaxPacketFrames * channels];
        Format = new AudioFormat(Rate, channels, null, "Opus") { LfeChannel = family == 1 ? LfeOf(channels) : null };
    }

    public override AudioFormat Format { get; }

    public override int PreSkip { get; }

    /// <summary>Reads the header and passes over the comments.</summary>
    public static OpusCodec Read(OggPackets packets, string name)
    {
        packets.Headers = 1;
        var codec = new OpusCodec(packets.Head, name);
        if (!packets.Next(out var tags) || !tags.Data.Span.StartsWith("OpusTags"u8)) throw codec.Broken("it has no Opus comments");
        return codec;
    }

    /// <summary>The length is in the first bytes (RFC 6716, section 3.1).</summary>
    public override int CountFrames(ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty) return 0;
        int config = packet[0] >> 3, code = packet[0] & 3;
        int length = config < 12 ? ((int[])[480, 960, 1_920, 2_880])[config & 3]
            : config < 16 ? 480 << (config & 1)
            : 120 << (config & 3);
        int count = code == 0 ? 1 : code < 3 ? 2 : packet.Length > 1 ? packet[1] & 63 : 0;
        return count > 0 && count * length <= MaxPacketFrames
            ? count * length
            : throw Broken($"an Opus packet declares {count} parts of {length} frames");
    }

    public override ReadOnlySpan<float> Decode(ReadOnlyMemory<byte> packet)
    {
        int frames = CountFrames(packet.Span);
        if (frames == 0) return [];
        try
        {
#pragma warning disable CS0618 // the factory that it is obsolete for looks for a native library
            _decoder ??= new OpusMSDecoder(Rate, Format.Channels, _streams, _coupled, _mapping);
#pragma warning restore CS0618
            if (_decoder.DecodeMultistream(packet.Span, _samples, frames, false) != frames)
                throw Broken("an Opus packet holds fewer frames than it declares");
        }
        catch (Exception e) when (e is not (InvalidDataException or OutOfMemoryException))
        {
            throw Broken("an Opus packet cannot be decoded", e);
        }

        var samples = _samples.AsSpan(0, frames * Format.Channels);
        if (_gain != 1) TensorPrimitives.Multiply(samples, _gain, samples);
        return samples;
    }
}
