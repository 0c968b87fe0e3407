namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>A pipe: it cannot seek, and gives as many bytes at a time as it likes, at most <paramref name="most"/>.</summary>
internal sealed class DribblingStream(byte[] content, int most, int seed = 1) : Stream
{
    private readonly Random _random = new(seed);
    private int _at;

    /// <summary>Bytes that were read.</summary>
    public int Given => _at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        int count = Math.Min(Math.Min(buffer.Length, content.Length - _at), _random.Next(1, most + 1));
        content.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
