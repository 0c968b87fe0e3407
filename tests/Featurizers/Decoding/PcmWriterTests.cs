using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

[WithoutTorch]
public class PcmWriterTests
{
    [Theory]
    [InlineData(PcmSampleFormat.S16Le, 0.5 / 32_768), InlineData(PcmSampleFormat.S24Le, 0.5 / 8_388_608 + 6e-8)]
    [InlineData(PcmSampleFormat.S32Le, 6e-8), InlineData(PcmSampleFormat.F32Le, 0)]
    public void PcmSource_ReadsWhatWasWritten(PcmSampleFormat format, double tolerance)
    {
        var random = new Random(1);
        float[] samples = [.. Enumerable.Range(0, 40_001).Select(_ => random.NextSingle() * 1.99f - 1)], again = new float[samples.Length];
        using var stream = new MemoryStream();

        int cut = PcmWriter.Write(stream, samples.AsSpan(0, 20_000), format) + PcmWriter.Write(stream, samples.AsSpan(20_000), format);

        stream.Position = 0;
        using var source = new PcmSource(stream, new PcmFormat { SampleFormat = format });
        for (int at = 0; source.Read(again.AsSpan(at)) is var got and > 0 && (at += got) < again.Length;) { }
        Close.To(samples, again, tolerance);
        Assert.Equal(0, cut);
    }

    [Theory]
    [InlineData(PcmSampleFormat.S16Le, 2, short.MinValue, short.MaxValue), InlineData(PcmSampleFormat.S32Le, 2, int.MinValue, int.MaxValue)]
    public void Write_CutsOffAtFullScale(PcmSampleFormat format, int cut, int lowest, int highest)
    {
        using var stream = new MemoryStream();

        Assert.Equal(cut, PcmWriter.Write(stream, [-2f, 2f, 1f], format));

        int[] values = format == PcmSampleFormat.S16Le
            ? [.. Enumerable.Range(0, 3).Select(i => (int)BitConverter.ToInt16(stream.ToArray(), 2 * i))]
            : [.. Enumerable.Range(0, 3).Select(i => BitConverter.ToInt32(stream.ToArray(), 4 * i))];
        Assert.Equal([lowest, highest, highest], values);
    }

    [Fact]
    public void Write_RefusesWhatIsNoNumber()
    {
        using var stream = new MemoryStream();

        Assert.Throws<ArgumentException>(() => PcmWriter.Write(stream, [0f, float.NaN]));

        Assert.Equal(0, stream.Length);
    }
}
