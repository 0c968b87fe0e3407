namespace AudioBsq.Decoding;

/// <summary>The sound of an Ogg file: that of its links one after another, as long as their pages say.</summary>
internal sealed class OggSource : IAudioSource
{
    private const int MaxPacketFrames = 8192;

    private readonly Stream _stream;
    private readonly string _name;
    private readonly IReadOnlyList<OggLink> _links;
    private readonly float[] _samples;
    private OggPackets? _packets;
    private int _link = -1, _at, _end;
    private long _skip, _left; // samples of all channels

    /// <summary>Starts at the stream's first page.</summary>
    public OggSource(Stream stream, string name)
    {
        (_stream, _name, _links) = (stream, name, OggLink.AllOf(stream, name));
        var format = _links[0].Codec.Format;
        Format = format with { Frames = _links.Sum(link => link.Frames), Codec = $"Ogg {format.Codec}" };
        _samples = new float[MaxPacketFrames * format.Channels];
    }

    public AudioFormat Format { get; }

    /// <summary>What is not as it should be in a file that can be read all the same, or null.</summary>
    public string? Warning =>
        _links.FirstOrDefault(link => link.Warning is not null) is { } link ? $"The Ogg file '{_name}' {link.Warning}." : null;

    public int Read(Span<float> interleaved)
    {
        int done = 0;
        interleaved = interleaved[..(interleaved.Length / Format.Channels * Format.Channels)];
        while (done < interleaved.Length && (_at < _end || NextPacket()))
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

    private bool NextPacket()
    {
        (_at, _end) = (0, 0);
        while (_at == _end)
        {
            if (_left == 0 && !NextLink()) return false;
            if (_left == 0) continue;
            if (!_packets!.Next(out var packet)) return false;
            var samples = _links[_link].Codec.Decode(packet.Data);
            int skipped = (int)Math.Min(_skip, samples.Length);
            _end = (int)Math.Min(_left, samples.Length - skipped);
            samples.Slice(skipped, _end).CopyTo(_samples);
            (_skip, _left) = (_skip - skipped, _left - _end);
        }

        return true;
    }

    private bool NextLink()
    {
        if (_link + 1 == _links.Count) return false;
        var link = _links[++_link];
        _stream.Position = link.Start;
        _packets = new OggPackets(_stream, _name);
        _packets.NextLink();
        OggCodec.Open(_packets, _name);
        (_skip, _left) = (link.Skip * Format.Channels, link.Frames * Format.Channels);
        return true;
    }
}
