namespace AudioBsq.Decoding;

/// <summary>A part of another source, which stays the caller's.</summary>
internal sealed class AudioPart : IAudioSource
{
    private const int BlockSamples = 1 << 14;

    private readonly IAudioSource _source;
    private readonly long _start;
    private readonly bool _toEnd;
    private long _left;

    public AudioPart(IAudioSource source, TimeRange part)
    {
        int rate = source.Format.SampleRate;
        _source = source;
        _start = (long)Math.Round(part.Start * rate); // a number too large for a long becomes the largest
        _toEnd = part.End is null;
        _left = _toEnd ? long.MaxValue : Math.Max(1, (long)Math.Round(part.End!.Value * rate) - _start);
        Format = source.Format with { Frames = source.Format.Frames is { } frames ? Math.Min(_left, Math.Max(0, frames - _start)) : null };
    }

    public AudioFormat Format { get; }

    /// <summary>Decodes and drops what lies before the part; false where the sound ends there.</summary>
    public bool Skip()
    {
        if (Format.Frames == 0 && _start > 0) return false;
        int channels = Format.Channels;
        float[] block = new float[BlockSamples / channels * channels];
        for (long left = _start; left > 0;)
        {
            int got = _source.Read(block.AsSpan(0, (int)Math.Min(left, block.Length / channels) * channels));
            if (got == 0) return false;
            left -= got / channels;
        }

        return true;
    }

    public int Read(Span<float> interleaved)
    {
        if (_left == 0) return 0;
        int channels = Format.Channels;
        int got = _source.Read(interleaved.Length / channels <= _left ? interleaved : interleaved[..((int)_left * channels)]);
        if (!_toEnd) _left -= got / channels;
        return got;
    }

    public void Dispose()
    {
    }
}
