using System.Numerics;
using NVorbis;

namespace AudioBsq.Decoding;

/// <summary>
/// Vorbis by NVorbis. What it is given is checked first, packet by packet, and how much each of them gives is counted here, because NVorbis
/// passes over damage without a word. Channels are in the order of WAV.
/// </summary>
internal sealed class VorbisCodec : OggCodec
{
    private readonly byte[] _head, _setup;
    private readonly bool[] _modes;
    private readonly int _short, _long;
    private readonly VorbisPackets _packets = new();
    private readonly float[] _samples;
    private int _last; // block length of the packet that was counted last
    private StreamDecoder? _decoder;

    private VorbisCodec(byte[] head, byte[] setup, string name) : base(name)
    {
        if (head.Length < 30 || Number(head, 7) != 0) throw Broken("its Vorbis header is incomplete or of an unknown version");
        (_head, _setup, _short, _long) = (head, setup, 1 << (head[28] & 15), 1 << (head[28] >> 4));
        int channels = head[11];
        Format = new AudioFormat((int)Math.Min(Number(head, 12), int.MaxValue), channels, null, "Vorbis") { LfeChannel = LfeOf(channels) };
        if (channels == 0 || _short < 64 || _long > 8192 || _short > _long)
            throw Broken($"its Vorbis header declares {channels} channels and blocks of {_short} and {_long} samples");
        try
        {
            _modes = VorbisSetup.ReadModes(setup, channels);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Broken($"its Vorbis setup cannot be read, {e.Message}", e);
        }
        catch (NotSupportedException e)
        {
            throw new NotSupportedException($"'{name}' is Ogg Vorbis, but {e.Message}: convert it to FLAC, WAV or Opus.", e);
        }

        _samples = new float[_long * channels];
    }

    /// <summary>Where the new samples of a packet are in its block.</summary>
    /// <param name="Length">Of the block; 0 where the packet is no sound.</param>
    /// <param name="Start">Where the overlap with the block before starts.</param>
    /// <param name="End">Where the overlap with the block behind starts.</param>
    private readonly record struct Block(int Length, int Start, int End);

    public override AudioFormat Format { get; }

    /// <summary>Reads the setup and passes over the comments.</summary>
    public static VorbisCodec Read(OggPackets packets, string name)
    {
        packets.Headers = 2;
        bool isComplete = packets.Next(out var packet) && packet.Data.Span.StartsWith("\u0003vorbis"u8)
            && packets.Next(out packet) && packet.Data.Span.StartsWith("\u0005vorbis"u8);
        if (!isComplete) throw new InvalidDataException($"The Ogg file '{name}' is damaged: one of its three Vorbis headers is missing.");
        return new(packets.Head, packet.Data.ToArray(), name);
    }

    /// <summary>A packet gives what is between the centre of the block before and its own (Vorbis I, section 4.3.8).</summary>
    public override int CountFrames(ReadOnlySpan<byte> packet)
    {
        int before = _last, length = BlockOf(packet).Length;
        if (length == 0) return 0;
        _last = length;
        return before == 0 ? 0 : before / 4 + length / 4;
    }

    /// <summary>
    /// NVorbis gives up to the next overlap, so a packet may give more than it counts and the next one less. It drops the first packet's
    /// samples behind the centre: one without sound before that keeps them.
    /// </summary>
    public override ReadOnlySpan<float> Decode(ReadOnlyMemory<byte> packet)
    {
        var block = BlockOf(packet.Span);
        if (block.Length == 0) return [];
        int skipped = 0, frames = block.End - block.Start;
        try
        {
            if (_decoder is null)
            {
                _decoder = Start();
                skipped = block.Length / 2 - block.Start;
                _packets.Add(Silent(packet.Span));
            }

            _packets.Add(packet);
            if (frames > 0) _decoder.Read(_samples, 0, frames * Format.Channels);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw Broken("a Vorbis packet cannot be decoded", e);
        }

        if (_packets.IsStarved) throw Broken("a Vorbis packet cannot be decoded");
        var samples = _samples.AsSpan(skipped * Format.Channels, (frames - skipped) * Format.Channels);
        if (OrderOf(Format.Channels) is { } order) Reorder(samples, order);
        return samples;
    }

    private Block BlockOf(ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty || (packet[0] & 1) != 0) return default;
        var bits = new VorbisBits(packet);
        int width = ModeBits;
        if (!bits.Has(1 + width + 2)) throw Broken("a Vorbis packet is too short");
        bits.Skip(1);
        uint mode = bits.Read(width);
        if (mode >= _modes.Length) throw Broken($"a Vorbis packet is of mode {mode}, of {_modes.Length}");
        if (!_modes[mode]) return new(_short, 0, _short / 2);
        int before = bits.ReadFlag() ? _long : _short, behind = bits.ReadFlag() ? _long : _short;
        return new(_long, _long / 4 - before / 4, 3 * _long / 4 - behind / 4);
    }

    private static void Reorder(Span<float> samples, int[] order)
    {
        Span<float> frame = stackalloc float[order.Length];
        for (; !samples.IsEmpty; samples = samples[order.Length..])
        {
            samples[..order.Length].CopyTo(frame);
            for (int i = 0; i < order.Length; i++) samples[i] = frame[order[i]];
        }
    }

    private int ModeBits => 32 - BitOperations.LeadingZeroCount((uint)_modes.Length - 1);

    private StreamDecoder Start()
    {
        _packets.Add(_head);
        _packets.Add((byte[])[.. "\u0003vorbis"u8, 0, 0, 0, 0, 0, 0, 0, 0, 1]); // no comments: NVorbis would believe their lengths
        _packets.Add(_setup);
        return new StreamDecoder(_packets) { ClipSamples = false };
    }

    /// <summary>A packet of the same kind whose channels are marked as without sound.</summary>
    private byte[] Silent(ReadOnlySpan<byte> packet)
    {
        byte[] silent = new byte[2 + Format.Channels / 8 + 1];
        int kept = 1 + ModeBits + 2;
        for (int i = 0; i < kept; i++) silent[i >> 3] |= (byte)(packet[i >> 3] & 1 << (i & 7));
        return silent;
    }
}
