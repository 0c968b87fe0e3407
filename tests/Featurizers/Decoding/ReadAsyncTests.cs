using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

[WithoutTorch]
public class ReadAsyncTests
{
    private static readonly string FlacPath = TestData.PathOf("audio", "LJ001-0008.flac");

    [Theory]
    [InlineData(null), InlineData(16_000)]
    public async Task ReadAsync_GivesWhatReadGives(int? rate)
    {
        byte[] content = await File.ReadAllBytesAsync(FlacPath);
        using var seekable = new MemoryStream(content);
        using var pipe = new DribblingStream(content, most: 5000);
        var expected = AudioFile.Read(FlacPath, rate);

        var ofPath = await AudioFile.ReadAsync(FlacPath, rate);
        var ofStream = await AudioFile.ReadAsync(seekable, "stream", rate);
        var ofPipe = await AudioFile.ReadAsync(pipe, "pipe", rate);

        Assert.All([ofPath, ofStream, ofPipe], read => Assert.Equal(expected.SampleRate, read.SampleRate));
        Assert.All([ofPath, ofStream, ofPipe], read => Assert.Equal(expected.Samples, read.Samples));
    }

    [Fact]
    public async Task ReadAsync_StopsBetweenTwoBlocks()
    {
        using var cancel = new CancellationTokenSource();
        byte[] content = WavBytes.Pcm16(8000, new short[1_000_000]);
        using var stream = new WatchedStream(content, at: content.Length / 2, cancel.Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AudioFile.ReadAsync(stream, "x.wav", cancellation: cancel.Token));

        Assert.InRange(stream.Position, content.Length / 2, content.Length - 1);
        Assert.True(stream.CanRead);
    }

    [Fact]
    public async Task ReadAsync_StopsWaiting_ForAStreamThatCannotSeek()
    {
        using var cancel = new CancellationTokenSource();
        var pipe = new System.IO.Pipelines.Pipe();
        var reading = AudioFile.ReadAsync(pipe.Reader.AsStream(), "pipe", cancellation: cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task ReadAsync_DoesNotStart_WhenItIsCancelledAlready()
    {
        using var stream = new MemoryStream(WavBytes.Pcm16(8000, 1, 2, 3));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => AudioFile.ReadAsync(stream, "x.wav", cancellation: new CancellationToken(canceled: true)));

        Assert.Equal(0, stream.Position);
    }

    [Fact]
    public async Task ReadAsync_RefusesWhatReadRefuses()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => AudioFile.ReadAsync(""));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => AudioFile.ReadAsync("x.wav", sampleRate: 0));
        await Assert.ThrowsAsync<FileNotFoundException>(() => AudioFile.ReadAsync("no such file.wav"));
    }

    /// <summary>Calls back when a read passes a place.</summary>
    private sealed class WatchedStream(byte[] content, int at, Action passed) : MemoryStream(content)
    {
        public override int Read(Span<byte> buffer) => Watch(base.Read(buffer));

        public override int Read(byte[] buffer, int offset, int count) => Watch(base.Read(buffer, offset, count));

        private int Watch(int got)
        {
            if (Position >= at) passed();
            return got;
        }
    }
}
