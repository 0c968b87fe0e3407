using NLayer;

namespace AudioBsq.Decoding;

/// <summary>The sound of MPEG frames, decoded by NLayer: the samples that the encoder added before and behind it are left out.</summary>
internal sealed class MpegSource : IAudioSource
{
    private readonly Stream _stream;
    private readonly string _name;
    private readonly IReadOnlyList<MpegPart> _parts;
    private readonly MpegFrame _frame = new();
    private readonly MpegFrameDecoder _decoder = new();
    private readonly float[] _samples = new float[2 * 1152];
    private readonly MpegWalk _walk;
    private int _part = -1, _at, _end;
    private long _skip, _left; // samples of all channels

    /// <summary>Starts at the stream's first frame.</summary>
    public MpegSource(Stream stream, string name)
    {
        (_stream, _name) = (stream, name);
        long start = stream.Position;
        _parts = MpegPart.AllOf(stream, name);
        stream.Position = start;
        _walk = new MpegWalk(stream, name);
        var header = _parts[0].Header;
        if (header is { Version: MpegVersion.Version25, SampleRate: 8_000 })
        {
            throw new NotSupportedException(
                $"'{name}' is MP3 at 8 kHz, which NLayer decodes wrongly: convert it to FLAC or WAV, or to MP3 at 16 kHz.");
        }

        string layer = header.Layer switch { MpegLayer.LayerI => "MPEG layer I", MpegLayer.LayerII => "MPEG layer II", _ => "MP3" };
        Format = new AudioFormat(header.SampleRate, header.Channels, _parts.Sum(part => part.DeclaredSamples), layer);
    }

    public AudioFormat Format { get; }

    public int Read(Span<float> interleaved)
    {
        int done = 0;
        interleaved = interleaved[..(interleaved.Length / Format.Channels * Format.Channels)];
        while (done < interleaved.Length && (_at < _end || NextFrame()))
        {
            int count = Math.Min(interleaved.Length - done, _end - _at);
            _samples.AsSpan(_at, count).CopyTo(interleaved[done..]);
            (_at, done) = (_at + count, done + count);
        }

        return done;
    }

    public void Dispose()
    {
    }

    private bool NextFrame()
    {
        (_at, _end) = (0, 0);
        while (_at == _end)
        {
            if (!_walk.Next()) return _walk.EndsInFrame && _parts[^1].Tag?.Frames is null ? throw Truncated() : false;
            if (_walk.Tag is not null || _part < 0) NextPart();
            if (_walk.Tag is not null) continue;
            int count = Decode();
            _at = (int)Math.Min(_skip, count);
            _end = _at + (int)Math.Min(_left, count - _at);
            (_skip, _left) = (_skip - _at, _left - (_end - _at));
        }

        return true;
    }

    private InvalidDataException Truncated() => new($"'{_name}' ({Format.Codec}) is truncated: it ends inside a frame.");

    private void NextPart()
    {
        _part++;
        (_skip, _left) = (_parts[_part].Skipped * Format.Channels, _parts[_part].Samples * Format.Channels);
        _decoder.Reset();
    }

    private int Decode()
    {
        int count = _walk.Header.Samples * Format.Channels;
        _frame.Set(_walk.Header, _walk.Frame);
        try
        {
            // A frame whose first bits were in frames that are not there is silent.
            if (_decoder.DecodeFrame(_frame, _samples.AsSpan(0, count)) < count) _samples.AsSpan(0, count).Clear();
            return count;
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentException or NullReferenceException or OverflowException
            or InvalidOperationException or InvalidDataException)
        {
            throw new InvalidDataException(
                $"'{_name}' ({Format.Codec}) is damaged: the frame that ends at byte {_stream.Position} cannot be decoded.", e);
        }
    }
}
