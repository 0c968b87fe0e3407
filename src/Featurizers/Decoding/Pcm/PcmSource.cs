namespace AudioBsq.Decoding;

/// <summary>
/// Samples without a header, from a stream that need not seek or end, such as standard input. What is there is given at once: a read
/// waits only until there is one whole frame. <see cref="PcmReader"/> does the same for asynchronous code.
/// </summary>
internal sealed class PcmSource : IAudioSource
{
    private readonly Stream _stream;
    private readonly PcmFrames _frames;

    /// <summary>Reads a stream from its position on. It stays the caller's and must stay open.</summary>
    /// <param name="stream">The samples, frame after frame.</param>
    /// <param name="format">What they are.</param>
    /// <param name="name">A name for messages.</param>
    /// <param name="mends">Whether samples that are not finite numbers become 0; otherwise the sound ends with an error there.</param>
    /// <exception cref="ArgumentOutOfRangeException">The format is out of range.</exception>
    public PcmSource(Stream stream, PcmFormat format, string name = "PCM stream", bool mends = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        (_stream, _frames) = (stream, new PcmFrames(format, name, mends));
    }

    /// <summary>Samples that were not finite numbers and became 0.</summary>
    public long Mended => _frames.Mended;

    /// <summary>The caller's format; the length is unknown.</summary>
    public AudioFormat Format => _frames.Format;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The stream ends within a frame, or holds a sample that is not a finite number.</exception>
    public int Read(Span<float> interleaved)
    {
        int channels = Format.Channels;
        Check.That(
            interleaved.Length >= channels, interleaved.Length, $"must hold at least one frame of {channels} samples", nameof(interleaved));
        while (_frames.Whole == 0)
        {
            int got = _stream.Read(_frames.Room(interleaved.Length / channels).Span);
            _frames.Add(got);
            if (got == 0) return 0;
        }

        return _frames.Take(interleaved);
    }

    /// <summary>Does nothing: the stream is the caller's.</summary>
    public void Dispose()
    {
    }
}
