using System.IO.Pipelines;
using System.Runtime.InteropServices;
using AudioBsq.Decoding;
using AudioBsq.Signal;
using AudioBsq.Tests.Model.Inference;

namespace AudioBsq.Tests.Featurizers.Decoding;

public class PcmReaderTests
{
    [Theory, Trait("Speed", "Slow")]
    [InlineData(PcmSampleFormat.S16Le, 1, null), InlineData(PcmSampleFormat.S16Le, 2, 16_000), InlineData(PcmSampleFormat.S24Le, 3, 16_000)]
    [InlineData(PcmSampleFormat.S32Le, 256, null)]
    public async Task ReadAsync_GivesWhatReadBlocksGives(PcmSampleFormat sampleFormat, int channels, int? rate)
    {
        var format = new PcmFormat { SampleFormat = sampleFormat, SampleRate = 22_050, Channels = channels };
        byte[] bytes = new byte[8_000 * channels * format.SampleBytes];
        new Random(channels).NextBytes(bytes);
        using var source = new PcmSource(new MemoryStream(bytes), format);
        float[] expected = [.. AudioFile.ReadBlocks(source, "memory", rate).SelectMany(block => block.ToArray())];

        foreach (int most in (int[])[5, 4_001, 1 << 20])
        {
            float[] samples = await Together(PcmReader.ReadAsync(new DribblingStream(bytes, most), format, rate));

            Pieces.Same(expected, samples, $"at most {most} bytes at a time");
        }
    }

    [Fact]
    public async Task ReadAsync_DoesNotWaitForMoreThanIsThere()
    {
        var pipe = new DribblingStream(new byte[40_000], most: 320);
        int given = 0;
        await foreach (var piece in PcmReader.ReadAsync(pipe, new PcmFormat()))
        {
            given += piece.Length;

            Assert.Equal(given, pipe.Given / 2);
        }

        Assert.Equal(20_000, given);
    }

    [Fact]
    public async Task ReadAsync_GivesTheSoundOfATokenizer()
    {
        using var model = StreamModels.New("block-causal");
        using var tokenizer = model.CreateStreamingTokenizer();
        byte[] bytes = Bytes(StreamModels.Sound(30_000));
        var pipe = new Pipe();
        var writing = Task.Run(async () =>
        {
            foreach (byte[] part in bytes.Chunk(999)) await pipe.Writer.WriteAsync(part);
            await pipe.Writer.CompleteAsync();
        });

        List<int> tokens = [];
        var samples = PcmReader.ReadAsync(pipe.Reader.AsStream(), new PcmFormat(), model.Mel.SampleRate);
        await foreach (int[] part in tokenizer.TokenizeAsync(samples)) tokens.AddRange(part);
        await writing;

        using var source = new PcmSource(new MemoryStream(bytes), new PcmFormat());
        Assert.Equal(model.Encode(new MelSpectrogram(model.Mel).Extract(AudioFile.Read(source, "memory").Samples)), tokens);
    }

    [Fact]
    public async Task ReadAsync_EndsItsWaiting_OfAStreamThatCannotBeInterrupted()
    {
        using var stop = new CancellationTokenSource();
        using var stuck = new StuckStream(new byte[100], stop.Cancel);
        int samples = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var piece in PcmReader.ReadAsync(stuck, new PcmFormat(), cancellation: stop.Token)) samples += piece.Length;
        });

        Assert.Equal(50, samples);
    }

    [Fact]
    public async Task ReadAsync_GivesAllThatIsBeforeABrokenSample()
    {
        float[] samples = new float[3_000];
        samples[2_500] = float.NaN;
        var stream = new MemoryStream([.. samples.SelectMany(BitConverter.GetBytes)]);
        int read = 0;

        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var piece in PcmReader.ReadAsync(stream, new PcmFormat { SampleFormat = PcmSampleFormat.F32Le }))
                read += piece.Length;
        });

        Assert.Equal(2_500, read);
    }

    [Fact]
    public async Task ReadAsync_RefusesWhatPcmSourceRefuses()
    {
        var cut = await Assert.ThrowsAsync<InvalidDataException>(
            () => Together(PcmReader.ReadAsync(new MemoryStream(new byte[7]), new PcmFormat { Channels = 2 }, name: "radio")));
        var broken = await Assert.ThrowsAsync<InvalidDataException>(
            () => Together(
                PcmReader.ReadAsync(
                    new MemoryStream([.. BitConverter.GetBytes(0.5f), .. BitConverter.GetBytes(float.NaN)]),
                    new PcmFormat { SampleFormat = PcmSampleFormat.F32Le },
                    name: "radio")));

        Assert.Equal("'radio' (PCM 16-bit, 16000 Hz) ends within a frame: of frame 1, 3 of 4 bytes are there.", cut.Message);
        Assert.Contains("'radio' (PCM 32-bit float, 16000 Hz) holds NaN in frame 1, channel 1 of 1", broken.Message);
        Assert.Throws<ArgumentNullException>(() => PcmReader.ReadAsync(null!, new PcmFormat()));
        Assert.Throws<ArgumentNullException>(() => PcmReader.ReadAsync(Stream.Null, null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => PcmReader.ReadAsync(Stream.Null, new PcmFormat { Channels = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => PcmReader.ReadAsync(Stream.Null, new PcmFormat(), sampleRate: 0));
    }

    private static byte[] Bytes(float[] samples) =>
        MemoryMarshal.AsBytes(Array.ConvertAll(samples, sample => (short)(sample * 32_767)).AsSpan()).ToArray();

    private static async Task<float[]> Together(IAsyncEnumerable<ReadOnlyMemory<float>> pieces)
    {
        var all = new List<float>();
        await foreach (var piece in pieces)
        {
            Assert.False(piece.IsEmpty);
            all.AddRange(piece.Span);
        }

        return [.. all];
    }
}
