using AudioBsq.Decoding;
using NAudio.Wave;
using NAudio.Wave.SampleProviders;

namespace AudioBsq.Tests.Featurizers.Decoding;

[WithoutTorch]
public class NAudioTests
{
    private const int Rate = 8000;

    private static float[] Ramp(int samples) => [.. Enumerable.Range(0, samples).Select(i => i / 8192f - 0.5f)];

    [Theory]
    [InlineData(1), InlineData(2), InlineData(6)]
    public void Samples_StayTheSame_ThereAndBack(int channels)
    {
        float[] samples = Ramp(channels * 1111);

        using var source = new ListSource(samples, channels, most: 7 * channels).ToSampleProvider().ToAudioSource();
        float[] back = Sources.ReadAll(source, block: 500);

        Assert.Equal(samples, back);
        Assert.Equal((Rate, channels, null), (source.Format.SampleRate, source.Format.Channels, source.Format.Frames));
    }

    [Fact]
    public void ToSampleProvider_FillsEachBufferButTheLast()
    {
        var provider = new ListSource(Ramp(1000), channels: 2, most: 6).ToSampleProvider();
        float[] buffer = new float[300];

        int[] counts = [.. Enumerable.Range(0, 5).Select(_ => provider.Read(buffer))];

        Assert.Equal([300, 300, 300, 100, 0], counts);
        Assert.Equal(WaveFormat.CreateIeeeFloatWaveFormat(Rate, 2), provider.WaveFormat);
    }

    [Fact]
    public void ToSampleProvider_GoesThroughMixerAndVolume()
    {
        float[] one = Ramp(2000), two = [.. Ramp(1000).Select(sample => -sample)];
        var mixer = new MixingSampleProvider(
            [
                new ListSource(one, channels: 2, most: 50).ToSampleProvider(),
                new ListSource(two, channels: 2, most: 34).ToSampleProvider(),
            ]);

        using var source = new VolumeSampleProvider(mixer) { Volume = 0.5f }.ToAudioSource();
        float[] mixed = Sources.ReadAll(source, block: 128);

        Assert.Equal(one.Select((sample, i) => i < two.Length ? 0 : sample / 2), mixed);
    }

    [Fact]
    public void ToSampleProvider_PassesDamageOn()
    {
        byte[] wav = WavBytes.Pcm16(Rate, 1, 2, 3, 4);
        using var source = AudioFile.Open(new MemoryStream(wav[..^2]), "cut.wav");

        var e = Assert.Throws<InvalidDataException>(() => source.ToSampleProvider().Read(new float[100]));

        Assert.Contains("'cut.wav'", e.Message);
    }

    [Theory]
    [InlineData(8), InlineData(16), InlineData(24), InlineData(32)]
    public void ToAudioSource_ReadsPcmAsItsFile(int bits)
    {
        byte[] data = new byte[bits / 8 * 2 * 100];
        new Random(bits).NextBytes(data);
        byte[] wav = WavBytes.File(WavBytes.Chunk("fmt ", WavBytes.Format(1, 2, Rate, bits)), WavBytes.Chunk("data", data));

        using var source = new RawSourceWaveStream(data, 0, data.Length, new WaveFormat(Rate, bits, 2)).ToAudioSource();

        Assert.Equal(Sources.ReadAll(new WavDecoder(), wav), Sources.ReadAll(source, block: 14));
    }

    [Fact]
    public void Dispose_DisposesOfTheProvider()
    {
        var provider = new ListProvider(Ramp(3), channels: 3, most: 3);

        provider.ToAudioSource().Dispose();

        Assert.True(provider.IsDisposed);
    }

    [Fact]
    public void ToAudioSource_RefusesCodedSamples_AndSaysWhatToDo()
    {
        var gsm = WaveFormat.CreateCustomFormat(WaveFormatEncoding.Gsm610, Rate, 1, 1625, 65, 0);
        var provider = new RawSourceWaveStream(new byte[10], 0, 10, gsm);

        var e = Assert.Throws<NotSupportedException>(() => provider.ToAudioSource());

        Assert.Contains("convert it to PCM first", e.Message);
    }

    [Fact]
    public void ToAudioSource_TakesThePartsOfAFrameTogether()
    {
        using var source = new ListProvider(Ramp(30), channels: 3, most: 2).ToAudioSource();

        Assert.Equal(Ramp(30), Sources.ReadAll(source, block: 7));
    }

    [Fact]
    public void ToAudioSource_RefusesAnEndWithinAFrame()
    {
        using var source = new ListProvider(Ramp(5), channels: 3, most: 2).ToAudioSource();

        Assert.Throws<InvalidDataException>(() => Sources.ReadAll(source, block: 7));
    }

    [Fact]
    public void ToAudioSource_GivesWhatWasRecordedSoFar()
    {
        var recorded = new BufferedWaveProvider(new WaveFormat(Rate, 16, 2));
        byte[] bytes = WavBytes.Samples(100, 300, -32768, -32768, 16384, 16384);

        recorded.AddSamples(bytes.AsSpan(0, 9));
        float[] first = AudioFile.Read(recorded.ToAudioSource(), "first").Samples;
        recorded.AddSamples(bytes.AsSpan(9));
        float[] second = AudioFile.Read(recorded.ToAudioSource(), "second").Samples;

        Assert.Equal([200 / 32768f, -1f], first);
        Assert.Equal([0.5f], second);
    }

    [Fact]
    public void Register_TakesADecoderMadeOfANAudioReader()
    {
        AudioFile.Register(new NAudioDecoder());
        byte[] file = [.. "NAUDIO-TEST"u8, .. WavBytes.Samples(16384, -32768)];

        float[] samples = AudioFile.Read(file, "x.raw").Samples;

        Assert.Equal([0.5f, -1f], samples);
    }

    /// <summary>Headerless samples behind a magic word.</summary>
    private sealed class NAudioDecoder : IAudioDecoder
    {
        public string Name => "NAudio test";

        public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => head.StartsWith("NAUDIO-TEST"u8);

        public IAudioSource Open(Stream seekable, string? nameHint)
        {
            seekable.Position += "NAUDIO-TEST".Length;
            return new RawSourceWaveStream(seekable, new WaveFormat(Rate, 16, 1)).ToAudioSource();
        }
    }

    private sealed class ListSource(float[] samples, int channels, int most) : IAudioSource
    {
        private int _at;

        public AudioFormat Format { get; } = new(Rate, channels, samples.Length / channels, "list");

        public int Read(Span<float> interleaved)
        {
            int count = Math.Min(Math.Min(interleaved.Length, most) / channels * channels, samples.Length - _at);
            samples.AsSpan(_at, count).CopyTo(interleaved);
            _at += count;
            return count;
        }

        public void Dispose()
        {
        }
    }

    private sealed class ListProvider(float[] samples, int channels, int most) : ISampleProvider, IDisposable
    {
        private int _at;

        public bool IsDisposed { get; private set; }

        public WaveFormat WaveFormat { get; } = WaveFormat.CreateIeeeFloatWaveFormat(Rate, channels);

        public int Read(Span<float> buffer)
        {
            int count = Math.Min(Math.Min(buffer.Length, most), samples.Length - _at);
            samples.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            return count;
        }

        public void Dispose() => IsDisposed = true;
    }
}
