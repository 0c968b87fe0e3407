using System.Buffers.Binary;

namespace AudioBsq.Decoding;

/// <summary>AIFF and uncompressed AIFC (Apple, Audio Interchange File Format 1.3 and AIFF-C draft).</summary>
internal sealed class AiffDecoder : IAudioDecoder
{
    public string Name => "AIFF";

    public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) =>
        head.Length >= 12 && head.StartsWith("FORM"u8) && (head[8..12].SequenceEqual("AIFF"u8) || head[8..12].SequenceEqual("AIFC"u8));

    public IAudioSource Open(Stream seekable, string? nameHint)
    {
        string name = nameHint ?? "stream";
        Span<byte> chunk = stackalloc byte[8];
        AiffCommon? common = null;
        (long At, long Bytes)? sound = null;
        seekable.Fill(stackalloc byte[12], name);
        while ((common is null || sound is null) && seekable.ReadAtLeast(chunk, 8, throwOnEndOfStream: false) == 8)
        {
            long size = BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]), at = seekable.Position;
            if (chunk[..4].SequenceEqual("COMM"u8)) common = AiffCommon.Read(seekable, size, name);
            else if (chunk[..4].SequenceEqual("SSND"u8)) sound = Sound(seekable, size, name);
            seekable.Position = Math.Min(at + size + (size & 1), seekable.Length);
        }

        if (common is null) throw Broken(name, "has no common chunk, which says how samples are written");
        if (sound is not { } samples) return common.Frames == 0 ? Empty(common) : throw Broken(name, "has no samples");
        seekable.Position = samples.At;
        int frameBytes = common.Layout.Bytes * common.Channels;
        long left = seekable.Length - samples.At;
        bool isOpen = samples.Bytes <= 0 || (samples.Bytes > left && OpenSize.IsPlaceholder(samples.Bytes, frameBytes));
        bool isCounted = common.Frames > 0 && !(common.Frames * frameBytes > left && isOpen);
        // Both chunks say a length. The longer one counts: what is not there shows as truncated.
        long frames = Math.Max((isOpen ? left : samples.Bytes) / frameBytes, isCounted ? common.Frames : 0);
        return new PlainSource(seekable, common.Layout, new AudioFormat(common.SampleRate, common.Channels, frames, common.Codec));
    }

    private static PlainSource Empty(AiffCommon common) =>
        new(Stream.Null, common.Layout, new AudioFormat(common.SampleRate, common.Channels, 0, common.Codec));

    // Eight bytes, an offset and a block size, stand before the samples. An offset is where the first one is.
    private static (long At, long Bytes) Sound(Stream stream, long size, string name)
    {
        uint offset = BinaryPrimitives.ReadUInt32BigEndian(stream.Fill(stackalloc byte[8], name));
        if (offset > stream.Length - stream.Position) throw Broken(name, $"has its samples at byte {offset}, which is outside");
        return (stream.Position + offset, size - 8 - offset);
    }

    internal static InvalidDataException Broken(string name, string what) => new($"The AIFF file '{name}' {what}.");
}
