namespace AudioBsq.Decoding;

/// <summary>The samples of a file of compressed blocks of one size, of which the last may be shorter. All blocks count.</summary>
internal sealed class AdpcmSource : IAudioSource
{
    private const int MostChannels = 2;

    private readonly ContainerReader _reader;
    private readonly IBlockCodec _codec;
    private readonly byte[] _block;
    private readonly float[] _samples;
    private long _left;
    private int _at, _end;

    private AdpcmSource(ContainerReader reader, AudioFormat format, IBlockCodec codec, int block, long bytes)
    {
        (_reader, Format, _codec, _block, _left) = (reader, format, codec, new byte[block], bytes);
        _samples = new float[codec.FramesOf(block) * format.Channels];
    }

    public AudioFormat Format { get; }

    public static AdpcmSource Open(ContainerReader reader, WavFormat format, IBlockCodec codec, long bytes)
    {
        int block = format.Block, rest = (int)(bytes % Math.Max(block, 1));
        if (format.Channels > MostChannels) throw reader.Unread($"{codec.Name} with {format.Channels} channels");
        if (block < codec.HeaderBytes) throw reader.Broken($"has {codec.Name} in blocks of {block} bytes");
        long frames = bytes / block * codec.FramesOf(block) + (rest >= codec.HeaderBytes ? codec.FramesOf(rest) : 0);
        return new(reader, new(format.SampleRate, format.Channels, frames, $"{reader.Kind} {codec.Name}"), codec, block, bytes);
    }

    public int Read(Span<float> interleaved)
    {
        int wanted = interleaved.Length / Format.Channels * Format.Channels, done = 0;
        while (done < wanted && (_at < _end || TryReadBlock()))
        {
            int count = Math.Min(wanted - done, _end - _at);
            _samples.AsSpan(_at, count).CopyTo(interleaved[done..]);
            _at += count;
            done += count;
        }

        return done;
    }

    public void Dispose()
    {
    }

    private bool TryReadBlock()
    {
        int wanted = (int)Math.Min(_left, _block.Length);
        int got = _reader.Stream.ReadAtLeast(_block.AsSpan(0, wanted), wanted, throwOnEndOfStream: false);
        _left = got < wanted ? 0 : _left - got;
        if (got < _codec.HeaderBytes) return false;
        (_at, _end) = (0, _codec.FramesOf(got) * Format.Channels);
        try
        {
            _codec.Decode(_block.AsSpan(0, got), _samples.AsSpan(0, _end));
        }
        catch (InvalidDataException e)
        {
            throw _reader.Broken($"is damaged: {e.Message}");
        }

        return true;
    }
}
