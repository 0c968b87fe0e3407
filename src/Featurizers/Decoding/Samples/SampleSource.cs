namespace AudioBsq.Decoding;

/// <summary>
/// Samples that are not compressed, from a stream's position on, converted block by block. All plain containers end here.
/// </summary>
internal sealed class SampleSource : IAudioSource
{
    private const int BlockBytes = 1 << 16;

    private readonly Stream _stream;
    private readonly SampleEncoding _encoding;
    private readonly int _frameBytes;
    private readonly byte[] _bytes;
    private long _framesLeft;

    /// <summary>Reads so many frames, or fewer where the stream ends before: who reads compares with what is declared.</summary>
    public SampleSource(Stream stream, AudioFormat format, SampleEncoding encoding, long frames)
    {
        (_stream, Format, _encoding, _framesLeft) = (stream, format, encoding, frames);
        _frameBytes = encoding.Bytes * format.Channels;
        _bytes = new byte[Math.Max(BlockBytes / _frameBytes, 1) * _frameBytes];
    }

    public AudioFormat Format { get; }

    /// <summary>The samples of a container that declares so many bytes of them.</summary>
    public static SampleSource Of(
        Stream stream, string container, int rate, int channels, SampleEncoding encoding, long bytes, int? lfe = null)
    {
        long frames = bytes / (encoding.Bytes * channels);
        return new(stream, new(rate, channels, frames, $"{container} {encoding.Name}") { LfeChannel = lfe }, encoding, frames);
    }

    public int Read(Span<float> interleaved)
    {
        int channels = Format.Channels, done = 0;
        while (_framesLeft > 0 && interleaved.Length - done >= channels)
        {
            long frames = Math.Min(Math.Min(_framesLeft, _bytes.Length / _frameBytes), (interleaved.Length - done) / channels);
            int wanted = (int)frames * _frameBytes;
            int got = _stream.ReadAtLeast(_bytes.AsSpan(0, wanted), wanted, throwOnEndOfStream: false);
            int whole = got / _frameBytes * channels;
            SampleConversion.ToSingles(_bytes.AsSpan(0, whole * _encoding.Bytes), _encoding, interleaved.Slice(done, whole));
            done += whole;
            _framesLeft = got < wanted ? 0 : _framesLeft - frames;
        }

        return done;
    }

    public void Dispose()
    {
    }
}
