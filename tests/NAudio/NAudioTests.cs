using AudioBsq.Decoding;
using AudioBsq.NAudio;
using AudioBsq.Tests.Featurizers.Decoding;
using NAudio.Wave;
using NAudio.Wave.SampleProviders;

namespace AudioBsq.Tests.NAudio;

/// <summary>Part of the build only with -p:WithNAudio=true.</summary>
[WithoutTorch]
public class NAudioTests
{
    private static readonly string WavPath = TestData.PathOf("audio", "LJ001-0008.wav");
    private static readonly string FlacPath = TestData.PathOf("audio", "LJ001-0008.flac");
    private static readonly string Mp3Path = TestData.PathOf("audio", "LJ001-0008.mp3");

    [Fact]
    public void WaveDecoder_AgreesWithOurs()
    {
        byte[] file = File.ReadAllBytes(WavPath);

        Assert.Equal(Sources.ReadAll(new WavDecoder(), file), Sources.ReadAll(new NAudioWaveDecoder(), file));
    }

    [SkippableTheory]
    [InlineData(SoundFileEncoder.Pcm16), InlineData(SoundFileEncoder.Pcm24)]
    public void WaveDecoder_ReadsAiff(int encoding)
    {
        SoundFileEncoder.SkipWithoutLibrary();
        int[] samples = [.. Enumerable.Range(0, 999 * 2).Select(i => i * 1_000_000)];
        byte[] file = SoundFileEncoder.Encode(SoundFileEncoder.Aiff | encoding, 8000, 2, samples);

        Assert.Equal(Sources.ReadAll(new SoundFileDecoder(), file), Sources.ReadAll(new NAudioWaveDecoder(), file));
    }

    [Theory]
    [InlineData(30), InlineData(60)]
    public void WaveDecoder_RefusesWhatIsDamaged(int length)
    {
        byte[] aiff = [.. "FORM"u8, 0, 0, 0, 200, .. "AIFFCOMM"u8, 0, 0, 0, 18, .. new byte[80]];

        Assert.Throws<InvalidDataException>(() => Sources.ReadAll(new NAudioWaveDecoder(), aiff[..length]));
    }

    [SkippableFact]
    public void WaveDecoder_LeavesOtherEncodingsToOthers()
    {
        SoundFileEncoder.SkipWithoutLibrary();
        byte[] file = SoundFileEncoder.Encode(SoundFileEncoder.Wav | SoundFileEncoder.ImaAdpcm, 8000, 1, new int[3000]);

        Assert.Throws<NotSupportedException>(() => Sources.ReadAll(new NAudioWaveDecoder(), file));
    }

    [SkippableFact]
    public void SoundFileDecoder_AgreesWithOurs()
    {
        SoundFileEncoder.SkipWithout(SoundFileEncoder.Mpeg | SoundFileEncoder.LayerIII, "MP3");

        foreach (string path in new[] { FlacPath, Mp3Path })
        {
            byte[] file = File.ReadAllBytes(path);
            Assert.Equal(Sources.ReadAll(new SoundFileDecoder(), file), Sources.ReadAll(new NAudioSoundFileDecoder(), file));
        }
    }

    [SkippableFact]
    public void SoundFileDecoder_RefusesWhatIsDamaged()
    {
        SoundFileEncoder.SkipWithoutLibrary();
        byte[] file = File.ReadAllBytes(FlacPath);
        byte[] noise = [.. "OggS"u8, .. new byte[100]];

        Assert.Throws<InvalidDataException>(() => Sources.ReadAll(new NAudioSoundFileDecoder(), file[..(file.Length / 2)]));
        Assert.Throws<InvalidDataException>(() => Sources.ReadAll(new NAudioSoundFileDecoder(), noise));
    }

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
}
