namespace AudioBsq.Cli.Streaming;

/// <summary>Reads another stream until it ends or is cancelled, which then looks like its end.</summary>
/// <remarks>A read from standard input cannot be interrupted: it goes on waiting, on a thread that ends with the process.</remarks>
internal sealed class InterruptibleStream(Stream stream, CancellationToken cancellation) : Stream
{
    private byte[] _bytes = [];

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        if (_bytes.Length < buffer.Length) _bytes = new byte[buffer.Length];
        var (room, length) = (_bytes, buffer.Length);
        try
        {
            cancellation.ThrowIfCancellationRequested();
            int got = Task.Run(() => stream.Read(room, 0, length), CancellationToken.None).WaitAsync(cancellation).GetAwaiter().GetResult();
            room.AsSpan(0, got).CopyTo(buffer);
            return got;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return 0;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
