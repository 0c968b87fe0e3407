namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>
/// Standard input of a program that nobody speaks to any more: after its content a read waits, whatever is cancelled, until this is
/// disposed.
/// </summary>
/// <param name="content">What comes.</param>
/// <param name="whenEmpty">Called, on the reading thread, before the read that waits.</param>
internal sealed class StuckStream(byte[] content, Action whenEmpty) : MemoryStream(content)
{
    private readonly ManualResetEventSlim _end = new();

    public override int Read(byte[] buffer, int offset, int count)
    {
        int got = base.Read(buffer, offset, count);
        if (got > 0) return got;
        whenEmpty();
        _end.Wait();
        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.Run(() => Read(buffer, offset, count), CancellationToken.None);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        byte[] bytes = new byte[buffer.Length];
        int got = await Task.Run(() => Read(bytes, 0, bytes.Length), CancellationToken.None);
        bytes.AsMemory(0, got).CopyTo(buffer);
        return got;
    }

    protected override void Dispose(bool disposing)
    {
        _end.Set();
        base.Dispose(disposing);
    }
}
