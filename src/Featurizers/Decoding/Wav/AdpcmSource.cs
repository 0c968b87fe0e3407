namespace AudioBsq.Decoding;

/// <summary>The samples of ADPCM blocks.</summary>
internal sealed class AdpcmSource : IAudioSource
{
    private readonly Stream _stream;
    private readonly AdpcmBlocks _blocks;
    private readonly byte[] _block;
    private readonly short[] _samples;
    private long _bytesLeft, _framesLeft;
    private int _at, _end;

    public AdpcmSource(Stream stream, WavHeader header, AdpcmBlocks blocks, string codec)
    {
        (_stream, _blocks, _bytesLeft) = (stream, blocks, header.Bytes);
        (_block, _samples) = (new byte[blocks.BlockBytes], new short[blocks.FramesOf(blocks.BlockBytes) * blocks.Channels]);
        var (whole, rest) = Math.DivRem(header.Bytes, blocks.BlockBytes);
        long frames = whole * blocks.FramesOf(blocks.BlockBytes) + blocks.FramesOf((int)rest);
        // The last block is filled up; the fact chunk says with how much. What it says otherwise is not believed.
        if (header.DeclaredFrames is { } declared && declared <= frames && declared > frames - blocks.FramesOf(blocks.BlockBytes))
            frames = declared;
        _framesLeft = frames;
        Format = header.Format.Sound(frames, codec);
    }

    public AudioFormat Format { get; }

    public int Read(Span<float> interleaved)
    {
        int done = 0, channels = Format.Channels;
        interleaved = interleaved[..((int)Math.Min(interleaved.Length / channels, _framesLeft) * channels)];
        while (done < interleaved.Length && (_at < _end || NextBlock()))
        {
            int count = Math.Min(interleaved.Length - done, _end - _at);
            for (int i = 0; i < count; i++) interleaved[done + i] = _samples[_at + i] * (1f / 32_768);
            (_at, done) = (_at + count, done + count);
        }

        _framesLeft -= done / channels;
        return done;
    }

    public void Dispose()
    {
    }

    private bool NextBlock()
    {
        int wanted = (int)Math.Min(_block.Length, _bytesLeft);
        int got = _stream.ReadAtLeast(_block.AsSpan(0, wanted), wanted, throwOnEndOfStream: false);
        int frames = _blocks.FramesOf(got);
        (_bytesLeft, _at, _end) = (got < wanted ? 0 : _bytesLeft - got, 0, frames * Format.Channels);
        if (frames > 0) _blocks.Decode(_block.AsSpan(0, got), _samples.AsSpan(0, _end));
        return frames > 0;
    }
}
