namespace AudioBsq.Decoding;

/// <summary>
/// Samples without a header, from a stream that need not seek or end, such as standard input. What is there is given at once: a read
/// waits only until there is one whole frame.
/// </summary>
public sealed class PcmSource : IAudioSource
{
    private const int BlockBytes = 1 << 16;

    private readonly Stream _stream;
    private readonly string _name;
    private readonly int _sampleBytes, _frameBytes;
    private readonly WavCodec _codec;
    private readonly byte[] _bytes;
    private int _held; // bytes of a frame whose rest is still to come
    private long _frames;

    /// <summary>Reads a stream from its position on. It stays the caller's and must stay open.</summary>
    /// <param name="stream">The samples, frame after frame.</param>
    /// <param name="format">What they are.</param>
    /// <param name="name">A name for messages.</param>
    /// <exception cref="ArgumentOutOfRangeException">The format is out of range.</exception>
    public PcmSource(Stream stream, PcmFormat format, string name = "PCM stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(name);
        format.Validate();
        (_stream, _name, _sampleBytes, _frameBytes) = (stream, name, format.SampleBytes, format.SampleBytes * format.Channels);
        _codec = format.SampleFormat == PcmSampleFormat.F32Le ? WavCodec.Float : WavCodec.Pcm;
        _bytes = new byte[BlockBytes / _frameBytes * _frameBytes];
        Format = new AudioFormat(format.SampleRate, format.Channels, null, $"PCM {_sampleBytes * 8}-bit{(_codec == WavCodec.Float ? " float" : "")}");
    }

    /// <summary>As the caller said; the length is not known.</summary>
    public AudioFormat Format { get; }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The stream ends within a frame, or holds a sample that is not a finite number.</exception>
    public int Read(Span<float> interleaved)
    {
        int channels = Format.Channels;
        Check.That(interleaved.Length >= channels, interleaved.Length, $"must hold at least one frame of {channels} samples", nameof(interleaved));
        int wanted = (int)Math.Min(_bytes.Length, (long)interleaved.Length / channels * _frameBytes);
        while (_held < _frameBytes)
        {
            int got = _stream.Read(_bytes.AsSpan(_held, wanted - _held));
            if (got == 0) return _held == 0 ? 0 : throw Broken($"ends within a frame: of frame {_frames}, {_held} of {_frameBytes} bytes are there");
            _held += got;
        }

        int frames = _held / _frameBytes, used = frames * _frameBytes;
        var samples = interleaved[..(frames * channels)];
        WavSamples.ToSingles(_bytes.AsSpan(0, used), _codec, samples);
        if (!CheckedAudioSource.AllFinite(samples)) throw NotFinite(samples);
        _bytes.AsSpan(used, _held - used).CopyTo(_bytes);
        _held -= used;
        _frames += frames;
        return samples.Length;
    }

    /// <summary>Does nothing: the stream is the caller's.</summary>
    public void Dispose()
    {
    }

    private InvalidDataException NotFinite(ReadOnlySpan<float> samples)
    {
        int at = 0;
        while (float.IsFinite(samples[at])) at++;
        return Broken($"holds {samples[at]} in frame {_frames + at / Format.Channels}, channel {at % Format.Channels + 1} of {Format.Channels}; samples must be finite numbers");
    }

    private InvalidDataException Broken(string what) => new($"'{_name}' ({Format.Codec}, {Format.SampleRate} Hz) {what}.");
}
