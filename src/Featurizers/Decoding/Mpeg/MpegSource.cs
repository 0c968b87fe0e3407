using NLayer;

namespace AudioBsq.Decoding;

/// <summary>
/// The sound of MPEG frames, decoded by NLayer one by one. Recordings one behind the other, each with a length tag of its own, are read
/// one after another.
/// </summary>
internal sealed class MpegSource : IAudioSource
{
    private readonly MpegFrames _frames;
    private readonly MpegFrameBits _bits = new();
    private readonly MpegFrameDecoder _decoder = new();
    private readonly string _name;
    private readonly float[] _samples;
    private MpegLengthTag _tag;
    private int _at, _end, _skip;
    private long _framesRead, _left = long.MaxValue, _samplesRead;

    /// <summary>Reads the first frame's header, and its length tag if it has one.</summary>
    public MpegSource(Stream stream, string name)
    {
        (_frames, _name) = (new MpegFrames(stream, name), name);
        var first = _frames.First;
        _samples = new float[first.Samples * first.Channels];
        bool isWhole = _frames.FirstTag is { IsExact: true, Bytes: var bytes } && !_frames.FollowAt(stream, bytes);
        Format = new AudioFormat(
            first.SampleRate, first.Channels, isWhole ? _frames.FirstTag!.Value.SamplesOf(first) : null, $"MP{(int)first.Layer}");
    }

    public AudioFormat Format { get; }

    public int Read(Span<float> interleaved)
    {
        int wanted = interleaved.Length / Format.Channels * Format.Channels, done = 0;
        while (done < wanted && (_at < _end || TryReadFrame()))
        {
            int count = Math.Min(wanted - done, _end - _at);
            _samples.AsSpan(_at, count).CopyTo(interleaved[done..]);
            (_at, done) = (_at + count, done + count);
        }

        return done;
    }

    public void Dispose()
    {
    }

    private bool TryReadFrame()
    {
        try
        {
            while (_frames.TryNext(IsComplete, out var header, out var frame))
            {
                if (MpegLengthTag.Read(header, frame) is { } tag) Begin(tag, header);
                else if (Decode(header, frame)) return true;
            }

            RequireAll();
            return false;
        }
        catch (EndOfStreamException e)
        {
            throw Broken("is truncated", e);
        }
        catch (InvalidDataException e)
        {
            throw Broken("is damaged", e);
        }
        catch (NotSupportedException e)
        {
            throw new NotSupportedException($"'{_name}' ({Format.Codec}) cannot be read to its end: {e.Message}.", e);
        }
    }

    private bool IsComplete => _framesRead >= _tag.Frames;

    private void Begin(MpegLengthTag tag, MpegFrameHeader header)
    {
        RequireAll();
        (_tag, _framesRead, _skip, _left) = (tag, 0, tag.Skipped, tag.SamplesOf(header) ?? long.MaxValue);
        _decoder.Reset();
        _bits.Clear();
    }

    /// <summary>Whether samples are left of the frame without those that the encoder put in front and behind.</summary>
    private bool Decode(MpegFrameHeader header, ReadOnlySpan<byte> frame)
    {
        if (IsComplete) _left = long.MaxValue; // more frames than declared are sound, too
        _framesRead++;
        _bits.Set(header, frame);
        if (DecodeBits() != _samples.Length) throw new InvalidDataException($"the frame before byte {_frames.Position} is incomplete");
        int from = Math.Min(_skip, header.Samples), count = (int)Math.Min(header.Samples - from, _left);
        (_at, _end) = (from * header.Channels, (from + count) * header.Channels);
        (_skip, _left, _samplesRead) = (_skip - from, _left - count, _samplesRead + count);
        return count > 0;
    }

    private int DecodeBits()
    {
        try
        {
            return _decoder.DecodeFrame(_bits, _samples, 0);
        }
        catch (Exception e) when (e is not OutOfMemoryException) // nothing is read from outside there: any fault comes from wrong bits
        {
            throw new InvalidDataException($"the frame before byte {_frames.Position} cannot be decoded", e);
        }
    }

    /// <summary>A recording has as many frames as it declares; encoders that tell no more disagree on whether their tag counts.</summary>
    private void RequireAll()
    {
        if (_framesRead < (_tag.IsExact ? _tag.Frames : _tag.Frames - 1))
            throw new EndOfStreamException($"{_framesRead} of {_tag.Frames} MPEG frames are there before byte {_frames.Position}");
    }

    private InvalidDataException Broken(string what, Exception inner)
    {
        double seconds = (double)_samplesRead / Format.SampleRate;
        string length = Format.Frames is { } frames
            ? $"{_samplesRead} of {frames} frames ({seconds:0.###} of {Format.Seconds:0.###} s)"
            : $"{_samplesRead} frames ({seconds:0.###} s)";
        return new($"'{_name}' ({Format.Codec}) {what}: {length} could be decoded; then {inner.Message}.", inner);
    }
}
