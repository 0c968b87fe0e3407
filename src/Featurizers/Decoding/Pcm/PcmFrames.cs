namespace AudioBsq.Decoding;

/// <summary>Puts bytes without a header, in whatever pieces they come, together to frames of samples.</summary>
internal sealed class PcmFrames
{
    private const int BlockBytes = 1 << 16;

    private readonly string _name;
    private readonly int _frameBytes;
    private readonly SampleEncoding _encoding;
    private readonly byte[] _bytes;
    private int _held; // bytes that are not decoded yet
    private long _taken;

    /// <exception cref="ArgumentOutOfRangeException">The format is out of range.</exception>
    public PcmFrames(PcmFormat format, string name)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(name);
        format.Validate();
        int sampleBytes = format.SampleBytes;
        (_name, _frameBytes) = (name, sampleBytes * format.Channels);
        _encoding = new(format.SampleFormat == PcmSampleFormat.F32Le ? SampleCodec.Float : SampleCodec.Signed, sampleBytes);
        _bytes = new byte[BlockBytes / _frameBytes * _frameBytes];
        Format = new AudioFormat(format.SampleRate, format.Channels, null, $"PCM {_encoding.Name}");
    }

    /// <summary>The caller's format; the length is unknown.</summary>
    public AudioFormat Format { get; }

    /// <summary>Frames that fit in the buffer.</summary>
    public int Most => _bytes.Length / _frameBytes;

    /// <summary>Frames that are there.</summary>
    public int Whole => _held / _frameBytes;

    /// <summary>Where the next bytes belong: room for up to so many frames, with those that are there already.</summary>
    public Memory<byte> Room(int frames) => _bytes.AsMemory(_held..(Math.Min(frames, Most) * _frameBytes));

    /// <summary>So many bytes were put there; none is the end.</summary>
    /// <exception cref="InvalidDataException">It is the end, and within a frame.</exception>
    public void Add(int bytes)
    {
        if (bytes == 0 && _held > 0) throw Broken($"ends within a frame: of frame {_taken}, {_held} of {_frameBytes} bytes are there");
        _held += bytes;
    }

    /// <summary>Decodes all frames that are there, and returns how many samples they hold.</summary>
    /// <exception cref="InvalidDataException">A sample is not a finite number.</exception>
    public int Take(Span<float> interleaved)
    {
        int frames = Whole, used = frames * _frameBytes;
        var samples = interleaved[..(frames * Format.Channels)];
        SampleConversion.ToSingles(_bytes.AsSpan(0, used), _encoding, samples);
        if (!CheckedAudioSource.AllFinite(samples)) throw NotFinite(samples);
        _bytes.AsSpan(used, _held - used).CopyTo(_bytes);
        _held -= used;
        _taken += frames;
        return samples.Length;
    }

    private InvalidDataException NotFinite(ReadOnlySpan<float> samples)
    {
        int at = 0;
        while (float.IsFinite(samples[at])) at++;
        return Broken(
            $"holds {samples[at]} in frame {_taken + at / Format.Channels}, channel {at % Format.Channels + 1} of {Format.Channels}; "
            + "samples must be finite numbers");
    }

    private InvalidDataException Broken(string what) => new($"'{_name}' ({Format.Codec}, {Format.SampleRate} Hz) {what}.");
}
