using System.Diagnostics;
using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>Reading on another thread, and from what cannot seek.</summary>
[WithoutTorch]
public class AudioFileAsyncTests
{
    private static readonly string FlacPath = TestData.PathOf("audio", "LJ001-0008.flac");

    [Fact]
    public async Task ReadAsync_GivesWhatReadGives()
    {
        using var stream = File.OpenRead(FlacPath);

        var fromPath = await AudioFile.ReadAsync(FlacPath, 16_000);
        var fromStream = await AudioFile.ReadAsync(stream, "stream", 16_000);

        Assert.Equal(AudioFile.Read(FlacPath, 16_000).Samples, fromPath.Samples);
        Assert.Equal(fromPath.Samples, fromStream.Samples);
        Assert.True(stream.CanRead);
    }

    [Fact]
    public async Task ReadAsync_ReadsOnAnotherThread()
    {
        using var stream = new WaitingStream(File.ReadAllBytes(FlacPath));

        var reading = AudioFile.ReadAsync(stream, "waiting");

        Assert.False(reading.IsCompleted); // it waits for what this thread does next
        stream.Go.Set();
        Assert.Equal(39_325, (await reading).Samples.Length);
    }

    [Fact]
    public async Task ReadAsync_EndsBetweenTwoBlocks_WhenCancelled()
    {
        using var cancellation = new CancellationTokenSource();
        byte[] wav = WavBytes.File(WavBytes.Chunk("fmt ", WavBytes.Format(1, 1, 8000, 16)), WavBytes.Chunk("data", new byte[10_000_000]));
        using var stream = new CountingStream(wav, 1_000_000, cancellation.Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AudioFile.ReadAsync(stream, "long", null, cancellation.Token));

        Assert.InRange(stream.Given, 1_000_000, 1_300_000);
        Assert.True(stream.CanRead);
    }

    [Fact]
    public async Task ReadAsync_ChecksWhatItIsGiven()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => AudioFile.ReadAsync(""));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => AudioFile.ReadAsync(FlacPath, 0));
        await Assert.ThrowsAsync<FileNotFoundException>(() => AudioFile.ReadAsync("no such file"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => AudioFile.ReadAsync(FlacPath, cancellation: new CancellationToken(canceled: true)));
    }

    [SkippableFact]
    public void Read_TakesANamedPipe()
    {
        Skip.If(OperatingSystem.IsWindows(), "pipes have names of another kind there");
        string pipe = Path.Combine(TestData.NewFolder(), "pipe.wav");
        using (var made = Process.Start("mkfifo", [pipe])) made.WaitForExit();
        var writer = Task.Run(() =>
        {
            using var end = new FileStream(pipe, FileMode.Open, FileAccess.Write);
            end.Write(File.ReadAllBytes(FlacPath));
        });

        float[] samples = AudioFile.Read(pipe).Samples;

        Assert.True(writer.Wait(TimeSpan.FromSeconds(30)));
        Assert.Equal(AudioFile.Read(FlacPath).Samples, samples);
    }

    [SkippableFact]
    public async Task ReadAsync_CanBeCancelled_WhereAPipeHasNoWriter()
    {
        Skip.If(OperatingSystem.IsWindows(), "pipes have names of another kind there");
        string pipe = Path.Combine(TestData.NewFolder(), "pipe.wav");
        using (var made = Process.Start("mkfifo", [pipe])) made.WaitForExit();
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AudioFile.ReadAsync(pipe, null, cancellation.Token));

        using var end = new FileStream(pipe, FileMode.Open, FileAccess.Write); // lets the thread go that waits
    }

    private sealed class WaitingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public ManualResetEventSlim Go { get; } = new();

        public override int Read(Span<byte> buffer)
        {
            Go.Wait();
            return base.Read(buffer);
        }
    }

    private sealed class CountingStream(byte[] bytes, int limit, Action reached) : MemoryStream(bytes)
    {
        public int Given { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            int got = base.Read(buffer);
            Given += got;
            if (Given >= limit) reached();
            return got;
        }
    }
}
