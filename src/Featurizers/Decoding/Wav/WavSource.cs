namespace AudioBsq.Decoding;

/// <summary>The samples of a WAV file, converted block by block.</summary>
internal sealed class WavSource : IAudioSource
{
    private const int BlockBytes = 1 << 16;

    private readonly Stream _stream;
    private readonly WavHeader _header;
    private readonly byte[] _bytes;
    private long _framesLeft;

    public WavSource(Stream stream, WavHeader header)
    {
        (_stream, _header, _framesLeft) = (stream, header, header.Frames);
        int frameBytes = header.SampleBytes * header.Channels;
        _bytes = new byte[Math.Max(BlockBytes / frameBytes, 1) * frameBytes];
        string kind = header.Codec switch
        {
            WavCodec.Pcm => $"{header.SampleBytes * 8}-bit",
            WavCodec.Float => $"{header.SampleBytes * 8}-bit float",
            WavCodec.ALaw => "A-law",
            _ => "mu-law",
        };
        Format = new AudioFormat(header.SampleRate, header.Channels, header.Frames, $"WAV {kind}");
    }

    public AudioFormat Format { get; }

    public int Read(Span<float> interleaved)
    {
        int frameBytes = _header.SampleBytes * _header.Channels, done = 0;
        while (_framesLeft > 0 && interleaved.Length - done >= _header.Channels)
        {
            long frames = Math.Min(Math.Min(_framesLeft, _bytes.Length / frameBytes), (interleaved.Length - done) / _header.Channels);
            int wanted = (int)frames * frameBytes;
            int got = _stream.ReadAtLeast(_bytes.AsSpan(0, wanted), wanted, throwOnEndOfStream: false);
            int whole = got / frameBytes * _header.Channels;
            WavSamples.ToSingles(_bytes.AsSpan(0, whole * _header.SampleBytes), _header.Codec, interleaved.Slice(done, whole));
            done += whole;
            _framesLeft = got < wanted ? 0 : _framesLeft - frames;
        }

        return done;
    }

    public void Dispose()
    {
    }
}
