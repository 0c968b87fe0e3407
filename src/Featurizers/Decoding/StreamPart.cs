namespace AudioBsq.Decoding;

/// <summary>A part of a seekable stream as a stream of its own, which starts at the other's position. It does not close the other.</summary>
internal sealed class StreamPart : Stream
{
    private readonly Stream _whole;
    private readonly long _start;

    /// <summary>The next bytes, as many as there are up to <paramref name="length"/>.</summary>
    public StreamPart(Stream whole, long length) =>
        (_whole, _start, Length) = (whole, whole.Position, Math.Min(length, whole.Length - whole.Position));

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position
    {
        get => _whole.Position - _start;
        set => _whole.Position = _start + value;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer) => _whole.Read(buffer[..(int)Math.Clamp(Length - Position, 0, buffer.Length)]);

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => Position,
        _ => Length,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("This stream is only read.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("This stream is only read.");
}
