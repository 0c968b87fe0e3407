using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>
/// What stands before the first block of a FLAC file (RFC 9639, sections 6 to 8); of the metadata only STREAMINFO and a channel mask count.
/// </summary>
/// <param name="SampleRate">In Hz.</param>
/// <param name="Channels">1 to 8.</param>
/// <param name="Bits">Bits of a sample, 4 to 32.</param>
/// <param name="Frames">Samples of one channel, or null where the encoder could not know.</param>
/// <param name="Md5">Checksum of all samples, or null where the encoder left it out.</param>
internal sealed record FlacStreamInfo(int SampleRate, int Channels, int Bits, long? Frames, byte[]? Md5)
{
    private const int Length = 34, Seen = 26;
    private const int LfeOfFixedOrders = 3; // 5.1, 6.1 and 7.1 start with front left, right and center (section 9.1.3)

    /// <summary>Place of the low-frequency channel, or null where there is none.</summary>
    public int? LfeChannel { get; init; } = Channels >= 6 ? LfeOfFixedOrders : null;

    public static bool IsFlac(ReadOnlySpan<byte> head) => head.StartsWith("fLaC"u8);

    /// <summary>Reads up to the first block and leaves the stream there.</summary>
    public static FlacStreamInfo Read(Stream stream, string name)
    {
        Id3Tag.Skip(stream);
        Span<byte> four = stackalloc byte[4];
        if (stream.ReadAtLeast(four, 4, throwOnEndOfStream: false) < 4 || !IsFlac(four)) throw Broken(name, "has no FLAC marker");
        FlacStreamInfo? info = null;
        for (bool last = false; !last;)
        {
            if (stream.ReadAtLeast(four, 4, throwOnEndOfStream: false) < 4) throw Broken(name, "ends inside its metadata");
            int length = four[1] << 16 | four[2] << 8 | four[3];
            long next = stream.Position + length;
            if (next > stream.Length) throw Broken(name, "ends inside its metadata");
            (last, int type) = ((four[0] & 0x80) != 0, four[0] & 0x7F);
            if (type == 0) info = info is null ? Parse(stream, length, name) : throw Broken(name, "has two stream headers");
            else if (info is null) throw Broken(name, "does not start with its stream header");
            else if (type == FlacComment.BlockType) info = info.WithChannels(stream, length);
            stream.Position = next;
        }

        return info!;
    }

    /// <summary>
    /// The length of a file whose first stream this is: other streams may follow, up to the file's end. Null where one has no length.
    /// </summary>
    /// <param name="first">The first stream.</param>
    /// <param name="stream">At the first block; it stays there.</param>
    public static long? FramesOfAll(FlacStreamInfo first, Stream stream)
    {
        long? frames = first.Frames;
        long start = stream.Position;
        byte[] bytes = new byte[1 << 16];
        int held = 0;
        for (int got; frames is not null && (got = stream.Read(bytes, held, bytes.Length - held)) > 0;)
        {
            held += got;
            var left = bytes.AsSpan(0, held);
            for (int at; left.Length >= Seen && (at = left[..^(Seen - 4)].IndexOf("fLaC"u8)) >= 0; left = left[(at + 4)..])
            {
                bool isHeader = (left[at + 4] & 0x7F) == 0 && left.Slice(at + 5, 3).SequenceEqual((ReadOnlySpan<byte>)[0, 0, Length]);
                long more = (long)(BinaryPrimitives.ReadUInt64BigEndian(left[(at + 18)..]) & 0xF_FFFF_FFFF);
                if (isHeader) frames = more == 0 ? null : frames + more;
            }

            int keep = Math.Min(Seen - 1, left.Length);
            left[^keep..].CopyTo(bytes);
            held = keep;
        }

        stream.Position = start;
        return frames;
    }

    private FlacStreamInfo WithChannels(Stream stream, int length)
    {
        byte[] block = new byte[length]; // as long as the file at most
        stream.ReadExactly(block);
        return FlacComment.ChannelMaskOf(block) is { } mask ? this with { LfeChannel = ChannelMask.LfeOf(mask, Channels) } : this;
    }

    private static FlacStreamInfo Parse(Stream stream, int length, string name)
    {
        if (length != Length) throw Broken(name, $"has a stream header of {length} bytes instead of {Length}");
        Span<byte> block = stackalloc byte[Length];
        stream.ReadExactly(block);
        ulong packed = BinaryPrimitives.ReadUInt64BigEndian(block[10..]); // rate 20 bits, channels − 1: 3, bits − 1: 5, frames 36
        long frames = (long)(packed & 0xF_FFFF_FFFF);
        int bits = (int)(packed >> 36 & 31) + 1;
        if (bits < 4) throw Broken(name, $"declares samples of {bits} bits; there must be 4 to 32");
        byte[] md5 = block[18..].ToArray();
        return new FlacStreamInfo(
            (int)(packed >> 44),
            (int)(packed >> 41 & 7) + 1,
            bits,
            frames == 0 ? null : frames,
            md5.AsSpan().ContainsAnyExcept((byte)0) ? md5 : null);
    }

    private static InvalidDataException Broken(string name, string what) => new($"The FLAC file '{name}' {what}.");
}
