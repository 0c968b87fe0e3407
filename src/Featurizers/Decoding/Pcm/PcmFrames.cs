using AudioBsq.Signal;

namespace AudioBsq.Decoding;

/// <summary>Puts bytes without a header, in whatever pieces they come, together to frames of samples.</summary>
internal sealed class PcmFrames
{
    private const int BlockBytes = 1 << 16;

    private readonly string _name;
    private readonly int _frameBytes;
    private readonly SampleEncoding _encoding;
    private readonly byte[] _bytes;
    private readonly bool _mends;
    private int _held; // bytes that are not decoded yet
    private long _taken;

    /// <param name="format">What the bytes are.</param>
    /// <param name="name">A name for messages.</param>
    /// <param name="mends">Whether samples that are not finite numbers within ±1e10 become 0; otherwise the sound ends there.</param>
    /// <exception cref="ArgumentOutOfRangeException">The format is out of range.</exception>
    public PcmFrames(PcmFormat format, string name, bool mends = false)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(name);
        format.Validate();
        int sampleBytes = format.SampleBytes;
        (_name, _frameBytes, _mends) = (name, sampleBytes * format.Channels, mends);
        _encoding = new(format.SampleFormat == PcmSampleFormat.F32Le ? SampleCodec.Float : SampleCodec.Signed, sampleBytes);
        _bytes = new byte[BlockBytes / _frameBytes * _frameBytes];
        Format = new AudioFormat(format.SampleRate, format.Channels, null, $"PCM {_encoding.Name}");
    }

    /// <summary>The caller's format; the length is unknown.</summary>
    public AudioFormat Format { get; }

    /// <summary>Samples that were not finite numbers within ±1e10 and became 0.</summary>
    public long Mended { get; private set; }

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

    /// <summary>Decodes all frames that are there, or those before one that is broken, and returns how many samples they hold.</summary>
    /// <exception cref="InvalidDataException">A sample of the first frame is not a finite number within ±1e10.</exception>
    public int Take(Span<float> interleaved)
    {
        int channels = Format.Channels, frames = Math.Min(Whole, interleaved.Length / channels);
        var samples = interleaved[..(frames * channels)];
        SampleConversion.ToSingles(_bytes.AsSpan(0, frames * _frameBytes), _encoding, samples);
        if (!Samples.AreValid(samples))
        {
            if (_mends) Mend(samples);
            else frames = FirstBroken(samples) / channels;
            if (frames == 0) throw NotFinite(samples);
            samples = samples[..(frames * channels)];
        }

        int used = frames * _frameBytes;
        _bytes.AsSpan(used, _held - used).CopyTo(_bytes);
        _held -= used;
        _taken += frames;
        return samples.Length;
    }

    private void Mend(Span<float> samples)
    {
        foreach (ref float sample in samples)
        {
            if (Samples.AreValid([sample])) continue;
            sample = 0;
            Mended++;
        }
    }

    private static int FirstBroken(ReadOnlySpan<float> samples)
    {
        int at = 0;
        while (Samples.AreValid(samples.Slice(at, 1))) at++;
        return at;
    }

    private InvalidDataException NotFinite(ReadOnlySpan<float> samples)
    {
        int at = FirstBroken(samples);
        return Broken(
            $"holds {samples[at]} in frame {_taken + at / Format.Channels}, channel {at % Format.Channels + 1} of {Format.Channels}; "
            + "samples must be finite numbers within ±1e10");
    }

    private InvalidDataException Broken(string what) => new($"'{_name}' ({Format.Codec}, {Format.SampleRate} Hz) {what}.");
}
