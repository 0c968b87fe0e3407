using System.Buffers.Binary;
using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

[WithoutTorch]
public class PcmSourceTests
{
    [Theory]
    [InlineData(PcmSampleFormat.S16Le, 1, 16), InlineData(PcmSampleFormat.S24Le, 1, 24), InlineData(PcmSampleFormat.S32Le, 1, 32)]
    [InlineData(PcmSampleFormat.F32Le, 3, 32)]
    public void Read_GivesWhatAWavFileOfTheSameBytesHolds(PcmSampleFormat format, int tag, int bits)
    {
        foreach (int channels in (int[])[1, 2, 7])
        {
            byte[] bytes = new byte[3_000 * channels * bits / 8];
            new Random(bits).NextBytes(bytes);
            if (format == PcmSampleFormat.F32Le) MakeFinite(bytes);
            float[] expected = Sources.ReadAll(
                new WavDecoder(),
                WavBytes.File(WavBytes.Chunk("fmt ", WavBytes.Format(tag, channels, 8_000, bits)), WavBytes.Chunk("data", bytes)));
            foreach (int most in (int[])[1, 3, 1_000, 1 << 20])
            {
                using var source = new PcmSource(
                    new DribblingStream(bytes, most), new PcmFormat { SampleFormat = format, SampleRate = 8_000, Channels = channels });

                float[] samples = Sources.ReadAll(source, block: 500);

                Pieces.Same(expected, samples, $"{channels} channels, at most {most} bytes at a time");
            }
        }
    }

    [Fact]
    public void Read_DoesNotWaitForMoreThanAFrame()
    {
        var pipe = new DribblingStream(new byte[100_000], most: 7);
        using var source = new PcmSource(pipe, new PcmFormat { Channels = 2 });
        float[] room = new float[10_000];
        for (int frames = 0; frames < 1_000;)
        {
            frames += source.Read(room) / 2;

            Assert.Equal(frames, pipe.Given / 4); // every whole frame that came in went out
        }
    }

    [Fact]
    public void Read_FillsLittleRoom()
    {
        using var source = new PcmSource(new MemoryStream([0, 64, 0, 192, 0, 32, 0, 0, 0, 64]), new PcmFormat());

        Assert.Equal([0.5f, -0.5f, 0.25f, 0, 0.5f], Sources.ReadAll(source, block: 2));
        Assert.Equal(0, source.Read(new float[5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Read([]));
    }

    [Theory, InlineData(1), InlineData(2), InlineData(5)]
    public void Read_RefusesAStreamThatEndsWithinAFrame(int left)
    {
        using var source = new PcmSource(
            new MemoryStream(new byte[60 + left]), new PcmFormat { SampleFormat = PcmSampleFormat.S24Le, Channels = 2 }, "standard input");

        var error = Assert.Throws<InvalidDataException>(() => Sources.ReadAll(source));

        Assert.Equal(
            $"'standard input' (PCM 24-bit, 16000 Hz) ends within a frame: of frame 10, {left} of 6 bytes are there.", error.Message);
    }

    [Theory, InlineData(float.NaN), InlineData(float.NegativeInfinity)]
    public void Read_RefusesNumbersThatAreNotFinite(float value)
    {
        float[] samples = new float[5_000];
        samples[4_001] = value;
        using var source = new PcmSource(
            new DribblingStream([.. samples.SelectMany(BitConverter.GetBytes)], most: 999),
            new PcmFormat { SampleFormat = PcmSampleFormat.F32Le, Channels = 2 },
            "pipe");

        int read = 0;
        float[] block = new float[700];
        var error = Assert.Throws<InvalidDataException>(() =>
        {
            while (source.Read(block) is > 0 and var got) read += got;
        });

        Assert.Contains($"'pipe' (PCM 32-bit float, 16000 Hz) holds {value} in frame 2000, channel 2 of 2", error.Message);
        Assert.Equal(4_000, read); // all that is before it
    }

    [Fact]
    public void Read_MendsNumbersThatAreNotFinite_WhereAsked()
    {
        float[] samples = [.. Enumerable.Range(0, 5_000).Select(i => i / 5_000f)];
        (samples[7], samples[4_001], samples[4_002]) = (float.NaN, float.PositiveInfinity, float.NegativeInfinity);
        using var source = new PcmSource(
            new DribblingStream([.. samples.SelectMany(BitConverter.GetBytes)], most: 999),
            new PcmFormat { SampleFormat = PcmSampleFormat.F32Le },
            mends: true);

        float[] read = Sources.ReadAll(source);

        (samples[7], samples[4_001], samples[4_002]) = (0, 0, 0);
        Assert.Equal(samples, read);
        Assert.Equal(3, source.Mended);
    }

    [Fact]
    public void Constructor_ChecksTheFormat()
    {
        PcmFormat[] wrong =
        [
            new() { SampleRate = 0 },
            new() { SampleRate = 768_001 },
            new() { Channels = 0 },
            new() { Channels = 257 },
            new() { SampleFormat = (PcmSampleFormat)9 },
        ];
        foreach (var format in wrong) Assert.Throws<ArgumentOutOfRangeException>(() => new PcmSource(Stream.Null, format));

        Assert.Throws<ArgumentNullException>(() => new PcmSource(null!, new PcmFormat()));
        Assert.Throws<ArgumentNullException>(() => new PcmSource(Stream.Null, null!));
    }

    [Fact]
    public void Format_SaysWhatIsRead()
    {
        using var source = new PcmSource(Stream.Null, new PcmFormat { SampleRate = 44_100, Channels = 2 });

        Assert.Equal(new AudioFormat(44_100, 2, null, "PCM 16-bit"), source.Format);
        Assert.Equal(0, source.Read(new float[2]));
    }

    private static void MakeFinite(Span<byte> singles)
    {
        for (; singles.Length > 0; singles = singles[4..])
        {
            if (!(MathF.Abs(BinaryPrimitives.ReadSingleLittleEndian(singles)) < 1e9f)) singles[..4].Clear();
        }
    }
}
