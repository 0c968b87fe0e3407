using AudioBsq.Decoding;
using NAudio.Wave;
using NAudio.Wave.SampleProviders;

namespace AudioBsq.Tests.Featurizers.Decoding;

[WithoutTorch]
public class NAudioTests
{
    private static readonly string WavPath = TestData.PathOf("audio", "LJ001-0008.wav");

    private static byte[] Stereo() => WavBytes.File(
        WavBytes.Chunk("fmt ", WavBytes.Format(1, 2, 8000, 16)),
        WavBytes.Chunk("data", WavBytes.Samples([.. Enumerable.Range(0, 20_002).Select(i => (short)(i * 7))])));

    [Fact]
    public void ToAudioSource_ReadsAnyProvider()
    {
        var tone =
            new SignalGenerator(44_100, 2) { Frequency = 440, Gain = 0.5, Type = SignalGeneratorType.Sin }.Take(TimeSpan.FromSeconds(1));

        using var source = tone.ToAudioSource();
        var waveform = AudioFile.Read(source, "tone", 16_000);

        Assert.Equal((16_000, 16_000), (waveform.SampleRate, waveform.Samples.Length));
        Assert.InRange(waveform.Samples.Max(), 0.49f, 0.51f);
    }

    [Theory]
    [InlineData(1), InlineData(2)]
    public void ThereAndBack_ChangesNoSample(int channels)
    {
        byte[] file = channels == 1 ? File.ReadAllBytes(WavPath) : Stereo();
        using var source = AudioFile.Open(new MemoryStream(file), "wav");

        var provider = source.ToSampleProvider();
        float[] samples = Sources.ReadAll(provider.ToAudioSource(), block: 1002);

        Assert.Equal((source.Format.SampleRate, channels), (provider.WaveFormat.SampleRate, provider.WaveFormat.Channels));
        Assert.Equal(Sources.ReadAll(AudioFile.Open(new MemoryStream(file), "wav")), samples);
    }

    [Fact]
    public void ToSampleProvider_GoesThroughNAudiosMixerAndVolume()
    {
        using var one = AudioFile.Open(WavPath);
        using var two = AudioFile.Open(WavPath);
        var mixer = new MixingSampleProvider(
            [one.ToSampleProvider(), new VolumeSampleProvider(two.ToSampleProvider()) { Volume = 0.5f }]);

        float[] mixed = AudioFile.Read(mixer.ToAudioSource(), "mix").Samples;

        Assert.Equal(AudioFile.Read(WavPath).Samples.Select(sample => sample + 0.5f * sample), mixed);
    }

    [Fact]
    public void ToSampleProvider_FillsWhatItIsGiven()
    {
        using var source = AudioFile.Open(new MemoryStream(Stereo()), "wav");
        var provider = source.ToSampleProvider();
        float[] buffer = new float[30_000];

        Assert.Equal(20_002, provider.Read(buffer));
        Assert.Equal(0, provider.Read(buffer));
    }

    [Fact]
    public void ToAudioSource_TakesWhatWasRecordedSoFar()
    {
        var recorded = new BufferedWaveProvider(new WaveFormat(8000, 16, 2));
        recorded.AddSamples(WavBytes.Samples(100, 300, -32768, -32768));

        float[] first = AudioFile.Read(recorded.ToAudioSource(), "first").Samples;
        recorded.AddSamples(WavBytes.Samples(16384, 16384));
        float[] second = AudioFile.Read(recorded.ToAudioSource(), "second").Samples;

        Assert.Equal([200 / 32768f, -1f], first);
        Assert.Equal([0.5f], second);
    }

    [Fact]
    public void ToAudioSource_KnowsTheEncodingsOfProviders()
    {
        Assert.Equal([0.5f], Read(new WaveFormat(8000, 8, 1), 192));
        Assert.Equal([0.5f], Read(new WaveFormat(8000, 24, 1), 0, 0, 0x40));
        Assert.Equal([0.5f], Read(new WaveFormat(8000, 32, 1), 0, 0, 0, 0x40));
        Assert.Equal([0.25f], Read(WaveFormat.CreateIeeeFloatWaveFormat(8000, 1), BitConverter.GetBytes(0.25f)));
        Assert.Equal([32124 / 32768f], Read(WaveFormat.CreateMuLawFormat(8000, 1), 0x80));
        Assert.Equal([8 / 32768f], Read(WaveFormat.CreateALawFormat(8000, 1), 0xD5));
        Assert.Throws<NotSupportedException>(() => Read(new AdpcmWaveFormat(8000, 1), 0));

        static float[] Read(WaveFormat format, params byte[] bytes)
        {
            IWaveProvider provider = new RawSourceWaveStream(new MemoryStream(bytes), format);
            return AudioFile.Read(provider.ToAudioSource(), "bytes").Samples;
        }
    }

    [Fact]
    public void Dispose_ReachesTheProviderOfAFile_AndNotARecording()
    {
        var owned = new OwnedProvider();
        var recorded = new BufferedWaveProvider(new WaveFormat(8000, 16, 1));

        ((IWaveProvider)owned).ToAudioSource().Dispose();
        ((ISampleProvider)owned).ToAudioSource().Dispose();
        recorded.ToAudioSource().Dispose();
        recorded.AddSamples(WavBytes.Samples(16384));

        Assert.Equal(2, owned.Disposed);
        Assert.Equal([0.5f], AudioFile.Read(recorded.ToAudioSource(), "recorded").Samples);
    }

    [Fact]
    public void Sources_AreChecked()
    {
        Assert.Throws<ArgumentNullException>(() => ((ISampleProvider)null!).ToAudioSource());
        Assert.Throws<ArgumentNullException>(() => ((IWaveProvider)null!).ToAudioSource());
        Assert.Throws<ArgumentNullException>(() => ((BufferedWaveProvider)null!).ToAudioSource());
        Assert.Throws<ArgumentNullException>(() => ((IAudioSource)null!).ToSampleProvider());
    }

    [Fact]
    public void Register_TakesADecoderMadeOfAnNAudioReader()
    {
        AudioFile.Register(new XorDecoder());
        byte[] hidden = [.. "XORWAVE:"u8, .. Stereo().Select(b => (byte)(b ^ 0x55))];

        Assert.Equal(AudioFile.Read(Stereo(), "plain").Samples, AudioFile.Read(hidden, "hidden").Samples);
    }

    private sealed class OwnedProvider : IWaveProvider, ISampleProvider, IDisposable
    {
        public int Disposed { get; private set; }

        public WaveFormat WaveFormat { get; } = new(8000, 16, 1);

        public int Read(Span<byte> buffer) => 0;

        public int Read(Span<float> buffer) => 0;

        public void Dispose() => Disposed++;
    }

    /// <summary>A format of a user's own, which holds a WAV file that NAudio reads.</summary>
    private sealed class XorDecoder : IAudioDecoder
    {
        public string Name => "hidden WAV";

        public bool CanOpen(ReadOnlySpan<byte> head, string? nameHint) => head.StartsWith("XORWAVE:"u8);

        public IAudioSource Open(Stream seekable, string? nameHint)
        {
            using var copy = new MemoryStream();
            seekable.CopyTo(copy);
            WaveStream reader = new WaveFileReader(new MemoryStream([.. copy.ToArray()[8..].Select(b => (byte)(b ^ 0x55))]));
            return ((IWaveProvider)reader).ToAudioSource();
        }
    }
}
