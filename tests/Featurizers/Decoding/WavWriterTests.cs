using AudioBsq.Decoding;
using AudioBsq.Signal;

namespace AudioBsq.Tests.Featurizers.Decoding;

[WithoutTorch]
public class WavWriterTests
{
    [Theory]
    [InlineData(WavSampleFormat.Pcm16, 0.5 / 32_768), InlineData(WavSampleFormat.Pcm24, 0.5 / 8_388_608 + 6e-8)]
    [InlineData(WavSampleFormat.IeeeFloat, 0)]
    public void Read_UndoesWriteWav(WavSampleFormat format, double tolerance)
    {
        var random = new Random(1);
        // An odd number of samples, and more than one block of them.
        float[] samples = [.. Enumerable.Range(0, 40_001).Select(_ => random.NextSingle() * 1.99f - 1)];
        string path = Path.Combine(TestData.NewFolder(), "clip.wav");

        AudioFile.WriteWav(path, new Waveform(samples, 22_050), format);
        var again = AudioFile.Read(path);

        Close.To(samples, again.Samples, tolerance);
        Assert.Equal(22_050, again.SampleRate);
    }

    [Fact]
    public void WriteWav_RoundsToNearestAndCutsOffAtFullScale()
    {
        float[] samples = [1f, -1f, 2f, -2f, 0.6f / 32_768, -0.6f / 32_768, 0.4f / 32_768];
        using var stream = new MemoryStream();

        int cut = AudioFile.WriteWav(stream, new Waveform(samples, 8000));

        Assert.Equal(2, cut);
        Assert.Equal(0, AudioFile.WriteWav(Stream.Null, new Waveform(samples, 8000), WavSampleFormat.IeeeFloat));
        Assert.Equal(
            WavBytes.Pcm16(8000, 32767, -32768, 32767, -32768, 1, -1, 0).AsSpan(44).ToArray(), stream.ToArray().AsSpan(44).ToArray());
    }

    [Theory]
    [InlineData(WavSampleFormat.Pcm16), InlineData(WavSampleFormat.Pcm24)]
    public void WriteWav_KeepsIntegersThatWereRead(WavSampleFormat format)
    {
        byte[] file = WavBytes.Pcm16(8000, [.. Enumerable.Range(short.MinValue, 65_536).Select(i => (short)i)]);
        var waveform = AudioFile.Read(file, "all");
        using var stream = new MemoryStream();

        AudioFile.WriteWav(stream, waveform, format);

        Assert.Equal(waveform.Samples, AudioFile.Read(stream.ToArray(), "again").Samples);
    }

    [Theory]
    [InlineData(WavSampleFormat.Pcm16), InlineData(WavSampleFormat.Pcm24), InlineData(WavSampleFormat.IeeeFloat)]
    public void WriteWav_WritesSizesThatAddUp(WavSampleFormat format)
    {
        using var stream = new MemoryStream();

        AudioFile.WriteWav(stream, new Waveform([0.5f, 0f, -0.5f], 8000), format);

        byte[] bytes = stream.ToArray();
        Assert.Equal(bytes.Length - 8, BitConverter.ToInt32(bytes, 4));
        Assert.Equal(0, bytes.Length % 2);
    }

    [Theory]
    [InlineData(float.NaN), InlineData(float.PositiveInfinity), InlineData(float.NegativeInfinity)]
    public void WriteWav_RefusesWhatIsNoNumber_AndLeavesTheOldFile(float bad)
    {
        string path = Path.Combine(TestData.NewFolder(), "clip.wav");
        AudioFile.WriteWav(path, new Waveform([0.5f], 8000));

        Assert.Throws<ArgumentException>(() => AudioFile.WriteWav(path, new Waveform([0f, bad], 8000)));

        Assert.Equal([0.5f], AudioFile.Read(path).Samples);
    }

    [Fact]
    public void WriteWav_WritesEmptyWaveforms()
    {
        using var stream = new MemoryStream();

        AudioFile.WriteWav(stream, new Waveform([], 8000));

        Assert.Empty(AudioFile.Read(stream.ToArray(), "empty").Samples);
    }

    [Theory]
    [InlineData(WavSampleFormat.Pcm16), InlineData(WavSampleFormat.Pcm24), InlineData(WavSampleFormat.IeeeFloat)]
    public void WriteWav_GivesTheSameBytes_BlockByBlock(WavSampleFormat format)
    {
        var random = new Random(1);
        float[] samples = [.. Enumerable.Range(0, 40_001).Select(_ => random.NextSingle() * 2.2f - 1.1f)];
        using MemoryStream whole = new(), parts = new();

        int cut = AudioFile.WriteWav(whole, new Waveform(samples, 22_050), format);
        long cutOfParts = AudioFile.WriteWav(
            parts,
            [samples.AsMemory(0, 1), default, samples.AsMemory(1, 30_000), samples.AsMemory(30_001)],
            samples.Length,
            22_050,
            format);

        Assert.Equal(whole.ToArray(), parts.ToArray());
        Assert.Equal(cut, cutOfParts);
        Assert.Equal(format == WavSampleFormat.IeeeFloat, cut == 0);
    }

    [Fact]
    public void WriteWav_RefusesBlocksOfAnotherLength_AndFilesThatPass4GiB()
    {
        float[] block = new float[100];

        Assert.Contains(
            "fewer than the 101", Assert.Throws<ArgumentException>(() => AudioFile.WriteWav(Stream.Null, [block], 101, 8000)).Message);
        Assert.Contains(
            "more than the 199",
            Assert.Throws<ArgumentException>(() => AudioFile.WriteWav(Stream.Null, [block, block], 199, 8000)).Message);
        Assert.Contains(
            "at most 4 GiB", Assert.Throws<NotSupportedException>(() => AudioFile.WriteWav(Stream.Null, [block], 1L << 31, 8000)).Message);
    }
}
