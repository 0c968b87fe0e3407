using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>All recordings beside the repository, where there are any.</summary>
[WithoutTorch]
public class RealSpeechTests
{
    private static string[] Files(string folder, string pattern)
    {
        string path = Path.Combine(TestData.SharedSpeech ?? "", folder);
        Skip.If(
            TestData.SharedSpeech is null || !Directory.Exists(path), $"there is no folder shared/speech/{folder} beside the repository");
        return [.. Directory.EnumerateFiles(path, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
    }

    [SkippableFact]
    public void LjSpeech_IsTheSameInWavAndFlac()
    {
        string[] wavs = Files("ljspeech", "*.wav");

        Assert.Equal(8, wavs.Length);
        foreach (string wav in wavs) Assert.Equal(AudioFile.Read(wav).Samples, AudioFile.Read(Path.ChangeExtension(wav, ".flac")).Samples);
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public void LjSpeech_IsNearlyTheSameInMp3()
    {
        foreach (string path in Files("ljspeech", "*.mp3"))
        {
            float[] wav = AudioFile.Read(Path.ChangeExtension(path, ".wav")).Samples, mp3 = AudioFile.Read(path).Samples;

            Assert.Equal(wav.Length, mp3.Length);
            Assert.InRange(Sounds.SignalToNoise(wav, mp3), 10, 60);
            Assert.Equal(0, Sounds.Lag(wav, mp3, most: 1200));
        }
    }
}
