using AudioBsq.Decoding;
using static AudioBsq.Tests.Featurizers.Decoding.ContainerBytes;

namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>AIFF, AU, CAF, W64 and NIST SPHERE: every way to write samples, and every way a file can be short, open or wrong.</summary>
[WithoutTorch]
public class ContainerTests
{
    private static readonly byte[] Two = BigSamples(16384, -16384), TwoLittle = WavBytes.Samples(16384, -16384);
    private static readonly byte[] Floats = [0x3F, 0, 0, 0, 0xBF, 0, 0, 0];
    private static readonly byte[] Doubles = [0x3F, 0xE0, 0, 0, 0, 0, 0, 0, 0xBF, 0xE0, 0, 0, 0, 0, 0, 0];
    private static readonly byte[] Big24 = [0x40, 0, 0, 0xC0, 0, 0], Little24 = [0, 0, 0x40, 0, 0, 0xC0];
    private static readonly byte[] Big32 = [0x40, 0, 0, 0, 0xC0, 0, 0, 0], Little32 = [0, 0, 0, 0x40, 0, 0, 0, 0xC0];
    private static readonly float[] Half = [0.5f, -0.5f], MuHalf = [16764 / 32768f, -16764 / 32768f];
    private static readonly byte[] MuLaw = [0x8F, 0x0F];

    public static TheoryData<string, byte[], float[]> Encodings => new()
    {
        { "AIFF 8-bit", Aiff(1, 8, [0x40, 0xC0]), Half },
        { "AIFF 16-bit", Aiff(1, 16, Two), Half },
        { "AIFF 12-bit in two bytes", Aiff(1, 12, Two), Half },
        { "AIFF 24-bit", Aiff(1, 24, Big24), Half },
        { "AIFF 32-bit", Aiff(1, 32, Big32), Half },
        { "AIFC NONE", Aiff(1, 16, Two, kind: "NONE"), Half },
        { "AIFC twos", Aiff(1, 16, Two, kind: "twos"), Half },
        { "AIFC sowt", Aiff(1, 16, TwoLittle, kind: "sowt"), Half },
        { "AIFC in24", Aiff(1, 24, Big24, kind: "in24"), Half },
        { "AIFC 42ni", Aiff(1, 24, Little24, kind: "42ni"), Half },
        { "AIFC in32", Aiff(1, 32, Big32, kind: "in32"), Half },
        { "AIFC 23ni", Aiff(1, 32, Little32, kind: "23ni"), Half },
        { "AIFC raw", Aiff(1, 8, [0xC0, 0x40], kind: "raw "), Half },
        { "AIFC fl32", Aiff(1, 32, Floats, kind: "fl32"), Half },
        { "AIFC FL32", Aiff(1, 32, Floats, kind: "FL32"), Half },
        { "AIFC fl64", Aiff(1, 64, Doubles, kind: "fl64"), Half },
        { "AIFC ulaw", Aiff(1, 8, MuLaw, kind: "ulaw"), MuHalf },
        { "AIFC ULAW of 16 bits", Aiff(1, 16, MuLaw, frames: 2, kind: "ULAW"), MuHalf },
        { "AU mu-law", Au(1, 1, MuLaw), MuHalf },
        { "AU 8-bit", Au(2, 1, [0x40, 0xC0]), Half },
        { "AU 16-bit", Au(3, 1, Two), Half },
        { "AU 24-bit", Au(4, 1, Big24), Half },
        { "AU 32-bit", Au(5, 1, Big32), Half },
        { "AU float", Au(6, 1, Floats), Half },
        { "AU double", Au(7, 1, Doubles), Half },
        { "CAF 8-bit", Caf("lpcm", 0, 1, 1, 8, [0x40, 0xC0]), Half },
        { "CAF 16-bit", Caf("lpcm", 0, 2, 1, 16, Two), Half },
        { "CAF 16-bit little-endian", Caf("lpcm", 2, 2, 1, 16, TwoLittle), Half },
        { "CAF 24-bit", Caf("lpcm", 0, 3, 1, 24, Big24), Half },
        { "CAF 24-bit in four bytes", Caf("lpcm", 2, 4, 1, 24, Little32), Half },
        { "CAF 32-bit", Caf("lpcm", 2, 4, 1, 32, Little32), Half },
        { "CAF float", Caf("lpcm", 1, 4, 1, 32, Floats), Half },
        { "CAF double", Caf("lpcm", 1, 8, 1, 64, Doubles), Half },
        { "CAF mu-law", Caf("ulaw", 0, 1, 1, 8, MuLaw), MuHalf },
        { "W64 16-bit", W64(WavBytes.Format(1, 1, 8000, 16), TwoLittle), Half },
        { "W64 extensible", W64(WavBytes.Extensible(1, 1, 8000, 32, 24), Little32), Half },
        { "SPHERE little-endian", Sphere("sample_byte_format -s2 01", TwoLittle, 2), Half },
        { "SPHERE big-endian", Sphere("sample_byte_format -s2 10\nsample_coding -s3 pcm", Two, 2), Half },
        { "SPHERE mu-law", Sphere("sample_n_bytes -i 1\nsample_coding -s4 ulaw", MuLaw, 2), MuHalf },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Read_KnowsEveryWayToWriteSamples(string kind, byte[] file, float[] expected)
    {
        var waveform = AudioFile.Read(file, kind);

        Assert.Equal(expected, waveform.Samples);
        Assert.Equal(8000, waveform.SampleRate);
    }

    [Fact]
    public void Read_DecodesALawAsWavDoes()
    {
        byte[] codes = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        byte[] wav = WavBytes.File(WavBytes.Chunk("fmt ", WavBytes.Format(6, 1, 8000, 8)), WavBytes.Chunk("data", codes));
        float[] expected = AudioFile.Read(wav, "wav").Samples;

        foreach (byte[] file in (byte[][])[Aiff(1, 8, codes, kind: "alaw"), Au(27, 1, codes), Caf("alaw", 0, 1, 1, 8, codes)])
            Assert.Equal(expected, AudioFile.Read(file, "A-law").Samples);
    }

    [Theory]
    [InlineData("ima-adpcm", 3_060), InlineData("ms-adpcm", 3_250)]
    public void Read_DecodesAdpcmAsFfmpegDoes(string name, int least)
    {
        float[] samples = Sources.ReadAll(AudioFile.Open(TestData.PathOf("audio", name + ".wav")));

        Assert.InRange(samples.Length, 2 * least, 2 * 5_000);
        Assert.Equal(Sources.ReadAll(AudioFile.Open(TestData.PathOf("audio", name + ".flac"))), samples);
    }

    public static TheoryData<string> Kinds => ["AIFF", "AIFC", "AU", "CAF", "W64", "NIST SPHERE", "IMA ADPCM", "MS ADPCM"];

    /// <summary>Stereo at 8 kHz.</summary>
    internal static byte[] Make(string kind, byte[] sound) => kind switch
    {
        "AIFF" => Aiff(2, 16, sound),
        "AIFC" => Aiff(2, 16, sound, kind: "sowt"),
        "AU" => Au(3, 2, sound),
        "CAF" => Caf("lpcm", 0, 2, 2, 16, sound),
        "W64" => W64(WavBytes.Format(1, 2, 8000, 16), sound),
        "NIST SPHERE" => Sphere("channel_count -i 2\nsample_byte_format -s2 10", sound, sound.Length / 4),
        "IMA ADPCM" => Adpcm(0x11, sound),
        _ => Adpcm(2, sound),
    };

    // Zeros at the start of every block of 64 bytes are a valid start: step 0, predictor 0.
    private static byte[] Adpcm(int tag, byte[] sound)
    {
        byte[] blocks = [.. sound[..(sound.Length / 64 * 64)].Chunk(64).SelectMany(block => (byte[])[.. new byte[14], .. block[14..]])];
        return WavBytes.File(WavBytes.Chunk("fmt ", WavBytes.Format(tag, 2, 8000, 4, block: 64)), WavBytes.Chunk("data", blocks));
    }

    private static byte[] Noise(int length)
    {
        byte[] noise = new byte[length];
        new Random(7).NextBytes(noise);
        return noise;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Read_SaysHowMuchWasThere_WhenTheFileIsTruncated(string kind)
    {
        byte[] file = Make(kind, Noise(6400));
        long frames = AudioFile.Open(new MemoryStream(file), kind).Format.Frames!.Value;

        foreach (int missing in (int[])[8, 64, 1001, 6000])
        {
            var e = Assert.Throws<InvalidDataException>(() => AudioFile.Read(file.AsMemory(0, file.Length - missing), "cut"));

            Assert.Contains("'cut'", e.Message);
            Assert.Contains($"of {frames} frames", e.Message);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Read_PassesOverTagsInFront(string kind)
    {
        byte[] file = Make(kind, Noise(640));

        var waveform = AudioFile.Read((byte[])[.. Id3(2000), .. Id3(10, footer: true), .. file], kind);

        Assert.Equal(AudioFile.Read(file, kind).Samples, waveform.Samples);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Read_TakesBlocksOfAnySize(string kind)
    {
        byte[] file = Make(kind, Noise(6400));
        using var source = AudioFile.Open(new MemoryStream(file), kind);

        float[] pieces = Sources.ReadAll(source, block: 7);

        Assert.Equal(source.Format.Frames * 2, pieces.Length);
        Assert.Equal(Sources.ReadAll(AudioFile.Open(new MemoryStream(file), kind)), pieces);
    }

    public static TheoryData<string, byte[]> Open => new()
    {
        { "AIFF of ffmpeg into a pipe", Aiff(1, 16, Two, frames: 0, size: 0) },
        { "AIFF of sox into a pipe", Aiff(1, 16, Two, frames: 0x3F800000, size: 0x7F000008) },
        { "AIFF that counts samples", Aiff(2, 16, [.. Two, .. Two], frames: 4) },
        { "AU of ffmpeg and sox into a pipe", Au(3, 1, Two, size: uint.MaxValue) },
        { "AU of size 0", Au(3, 1, Two, size: 0) },
        { "CAF of ffmpeg into a pipe", Caf("lpcm", 0, 2, 1, 16, Two, size: -1) },
        { "W64 of ffmpeg into a pipe", W64(WavBytes.Format(1, 1, 8000, 16), [.. TwoLittle, .. TwoLittle], size: long.MaxValue) },
    };

    [Theory]
    [MemberData(nameof(Open))]
    public void Read_GoesToTheEnd_WhenTheWriterLeftTheSizeOpen(string kind, byte[] file)
    {
        using var source = AudioFile.Open(new MemoryStream(file), kind);

        float[] samples = Sources.ReadAll(source);

        Assert.Equal(Half, samples[..2]);
        Assert.InRange(samples.Length, 2, 4);
    }

    [Fact]
    public void Read_TakesChunksBehindAiffForNoSound() =>
        Assert.Equal(Half, AudioFile.Read(Aiff(1, 16, Two, behind: [.. "ID3 "u8, .. Big(6u), .. new byte[6]]), "chunks").Samples);

    public static TheoryData<string, byte[]> Broken => new()
    {
        { "ends within its header", Aiff(1, 16, Two)[..40] },
        { "has no samples", Aiff(1, 16, Two)[..50] },
        { "0 channels", Aiff(0, 16, Two, frames: 1) },
        { "33 bits", Aiff(1, 33, Two, frames: 1) },
        { "ends within its header", Au(3, 1, Two)[..20] },
        { "0 Hz", Au(3, 1, Two, rate: 0) },
        { "300 channels", Au(3, 300, Two) },
        { "has no samples", Caf("lpcm", 0, 2, 1, 16, Two)[..80] },
        { "packets of 5 bytes", Caf("lpcm", 0, 5, 1, 40, Two) },
        { "no wave header", [.. W64(WavBytes.Format(1, 1, 8000, 16), Two)[..24], .. new byte[100]] },
        { "data chunk of 7 bytes", W64(WavBytes.Format(1, 1, 8000, 16), Two, size: 7) },
        { "no whole number as sample_rate", Sphere("sample_rate -s3 abc", Two, 2) },
        { "ends within its header", Sphere("", Two, 2)[..100] },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Read_SaysWhatIsWrong(string message, byte[] file)
    {
        var e = Assert.Throws<InvalidDataException>(() => AudioFile.Read(file, "broken"));

        Assert.Contains("'broken'", e.Message);
        Assert.Contains(message, e.Message);
    }

    public static TheoryData<string, byte[]> Unread => new()
    {
        { "compression 'ima4'", Aiff(1, 16, Two, kind: "ima4") },
        { "encoding 23", Au(23, 1, Two) },
        { "format 'aac '", Caf("aac ", 0, 0, 1, 0, Two) },
        { "format 0x0031", W64(WavBytes.Format(0x31, 1, 8000, 0, block: 65), Two) },
        { "pcm,embedded-shorten-v2.00", Sphere("sample_coding -s26 pcm,embedded-shorten-v2.00", Two, 2) },
    };

    [Theory]
    [MemberData(nameof(Unread))]
    public void Read_AdvisesToConvert_WhenTheSamplesAreCompressed(string what, byte[] file)
    {
        var e = Assert.Throws<NotSupportedException>(() => AudioFile.Read(file, "song"));

        Assert.Contains("'song'", e.Message);
        Assert.Contains(what, e.Message);
        Assert.Contains("convert", e.Message);
    }
}
