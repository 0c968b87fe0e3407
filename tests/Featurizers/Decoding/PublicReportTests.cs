using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>Files after public reports about other programs, where a folder shared/cases stands beside the repository.</summary>
[WithoutTorch]
public class PublicReportTests
{
    private static readonly string Folder = Path.Combine(TestData.Root, "..", "shared", "cases");

    [SkippableTheory]
    [InlineData("mp3-vbr-noxing-44k.mp3", 85_248)]
    [InlineData("mp3-vbr-ffmpeg-pipe-16k.mp3", 31_680)]
    [InlineData("id3-then-1500-zeros.mp3", 41_885)]
    [InlineData("id3-then-184-junk.mp3", 30_393)]
    [InlineData("mp3-in-wav.wav", 43_200)]
    [InlineData("id3-before-2k.aiff", 8_000)]
    [InlineData("id3-before-2k.au", 8_000)]
    [InlineData("id3-before.wav", 8_000)]
    [InlineData("placeholder-7fffffff.wav", 8_000)]
    [InlineData("placeholder-80000000-arecord.wav", 8_000)]
    [InlineData("placeholder-2000000000.wav", 8_000)]
    [InlineData("data-size-plus-44.wav", 8_000)]
    [InlineData("data-size-plus-36.wav", 8_000)]
    [InlineData("rf64-ds64-all-zero.wav", 8_000)]
    [InlineData("data-size-0-riff-size-right.wav", 8_000)]
    [InlineData("flac-unknown-length-id3v1.flac", 41_885)]
    [InlineData("block-align-0.wav", 8_000)]
    [InlineData("pcm24-in-4-bytes.wav", 8_000)]
    [InlineData("vorbis-no-end-mark.ogg", 32_000)]
    public void Read_GivesAllSound(string name, int samples)
    {
        var waveform = AudioFile.Read(PathOf(name));

        Assert.Equal(samples, waveform.Samples.Length);
    }

    [SkippableTheory]
    [InlineData("truncated.aiff", "3973 of 8000 frames")]
    [InlineData("truncated.au", "9984 of")]
    [InlineData("float32-one-sample-1e30.wav", "1E+30")]
    [InlineData("float32-one-sample-2e10.wav", "2E+10")]
    public void Read_RefusesWhatIsDamaged(string name, string reason)
    {
        string path = PathOf(name);

        var error = Assert.Throws<InvalidDataException>(() => AudioFile.Read(path));

        Assert.Contains(name, error.Message);
        Assert.Contains(reason, error.Message);
    }

    // A sine of 440 Hz at half of full scale, as these are made: neither header bytes nor half samples become sound.
    [SkippableTheory]
    [InlineData("id3-before-2k.aiff")]
    [InlineData("id3-before-2k.au")]
    [InlineData("id3-before.wav")]
    [InlineData("placeholder-80000000-arecord.wav")]
    [InlineData("block-align-0.wav")]
    [InlineData("pcm24-in-4-bytes.wav")]
    public void Read_GivesTheSineThatWasWritten(string name)
    {
        float[] samples = AudioFile.Read(PathOf(name)).Samples;

        for (int i = 0; i < samples.Length; i++)
            Assert.InRange(samples[i] - 0.5 * Math.Sin(2 * Math.PI * 440 * i / 16_000), -1e-3, 1e-3);
    }

    private static string PathOf(string name)
    {
        string path = Path.Combine(Folder, name);
        Skip.IfNot(File.Exists(path), $"there is no shared/cases/{name} beside the repository");
        return path;
    }
}
