namespace AudioBsq.Decoding;

/// <summary>The sound of an Ogg file: that of its links one after another, as long as their pages say.</summary>
internal sealed class OggSource : BlockSource
{
    private const int MaxPacketFrames = 8192;

    private readonly Stream _stream;
    private readonly string _name;
    private readonly IReadOnlyList<OggLink> _links;
    private readonly float[] _samples;
    private OggPackets? _packets;
    private int _link = -1;
    private long _skip, _left; // samples of all channels

    /// <summary>Starts at the stream's first page.</summary>
    public OggSource(Stream stream, string name)
    {
        (_stream, _name, _links) = (stream, name, OggLink.AllOf(stream, name));
        var format = _links[0].Codec.Format;
        Format = format with { Frames = _links.Sum(link => link.Frames), Codec = $"Ogg {format.Codec}" };
        _samples = new float[MaxPacketFrames * format.Channels];
    }

    public override AudioFormat Format { get; }

    /// <summary>What is not as it should be in a file that can be read all the same, or null.</summary>
    public string? Warning =>
        _links.FirstOrDefault(link => link.Warning is not null) is { } link ? $"The Ogg file '{_name}' {link.Warning}." : null;

    protected override ReadOnlyMemory<float> NextBlock()
    {
        while (true)
        {
            if (_left == 0 && !NextLink()) return default;
            if (_left == 0) continue;
            if (!_packets!.Next(out var packet)) return default;
            var samples = _links[_link].Codec.Decode(packet.Data);
            int skipped = (int)Math.Min(_skip, samples.Length), count = (int)Math.Min(_left, samples.Length - skipped);
            samples.Slice(skipped, count).CopyTo(_samples);
            (_skip, _left) = (_skip - skipped, _left - count);
            if (count > 0) return _samples.AsMemory(0, count);
        }
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
