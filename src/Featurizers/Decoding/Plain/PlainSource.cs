namespace AudioBsq.Decoding;

/// <summary>Uncompressed samples from a stream's position on, converted block by block.</summary>
internal sealed class PlainSource : IAudioSource
{
    private const int BlockBytes = 1 << 16;

    private readonly Stream _stream;
    private readonly SampleLayout _layout;
    private readonly byte[] _bytes;
    private readonly int _frameBytes;
    private long _framesLeft;

    /// <param name="stream">At the first sample.</param>
    /// <param name="layout">How samples are written.</param>
    /// <param name="format">Its frames are how many there are, as the file declares them or as far as the stream goes.</param>
    public PlainSource(Stream stream, SampleLayout layout, AudioFormat format)
    {
        (_stream, _layout, Format, _framesLeft) = (stream, layout, format, format.Frames ?? long.MaxValue);
        _frameBytes = layout.Bytes * format.Channels;
        _bytes = new byte[Math.Max(BlockBytes / _frameBytes, 1) * _frameBytes];
    }

    public AudioFormat Format { get; }

    public int Read(Span<float> interleaved)
    {
        int done = 0;
        while (_framesLeft > 0 && interleaved.Length - done >= Format.Channels)
        {
            long frames = Math.Min(Math.Min(_framesLeft, _bytes.Length / _frameBytes), (interleaved.Length - done) / Format.Channels);
            int wanted = (int)frames * _frameBytes;
            int got = _stream.ReadAtLeast(_bytes.AsSpan(0, wanted), wanted, throwOnEndOfStream: false);
            int whole = got / _frameBytes * Format.Channels;
            _layout.ToSingles(_bytes.AsSpan(0, whole * _layout.Bytes), interleaved.Slice(done, whole));
            done += whole;
            _framesLeft = got < wanted ? 0 : _framesLeft - frames;
        }

        return done;
    }

    public void Dispose()
    {
    }
}
