using System.Runtime.InteropServices;
using AudioBsq.Decoding;
using AudioBsq.Signal;
using AudioBsq.Tests.Model.Signal;

namespace AudioBsq.Tests.Featurizers.Decoding;

[WithoutTorch]
public class ReadBlocksTests
{
    private static readonly string FlacPath = TestData.PathOf("audio", "LJ001-0008.flac");

    [Theory]
    [InlineData("LJ001-0008.flac", null), InlineData("LJ001-0008.flac", 16_000), InlineData("LJ001-0008.flac", 48_000)]
    [InlineData("LJ001-0008.wav", 16_000)]
    public void ReadBlocks_GivesWhatReadGives(string name, int? rate)
    {
        string path = TestData.PathOf("audio", name);

        var blocks = AudioFile.ReadBlocks(path, rate);

        Pieces.Same(AudioFile.Read(path, rate).Samples, Together(blocks), name);
        Pieces.Same(AudioFile.Read(path, rate).Samples, Together(blocks), "once more");
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(256)]
    [Trait("Speed", "Slow")]
    public void ReadBlocks_AveragesChannelsAsReadDoes(int channels)
    {
        byte[] pcm = new byte[2 * channels * 20_000];
        new Random(channels).NextBytes(pcm);
        byte[] wav = WavBytes.File(WavBytes.Chunk("fmt ", WavBytes.Format(1, channels, 44_100, 16)), WavBytes.Chunk("data", pcm));
        foreach (int? rate in (int?[])[null, 16_000])
        {
            using var pipe = new PcmSource(
                new DribblingStream(pcm, most: 3_000), new PcmFormat { SampleRate = 44_100, Channels = channels });

            float[] samples = Together(AudioFile.ReadBlocks(pipe, "pipe", rate));

            Pieces.Same(AudioFile.Read(wav, "wav", rate).Samples, samples, $"{channels} channels at {rate} Hz");
        }
    }

    [Theory, InlineData(0), InlineData(1), InlineData(100), InlineData(16_384), InlineData(16_385)]
    public void ReadBlocks_TakesClipsOfAnyLength(int samples)
    {
        using var stream = new MemoryStream();
        AudioFile.WriteWav(stream, new Waveform(Tone.Noise(samples, seed: 1), 8_000));
        byte[] wav = stream.ToArray();
        using var source = AudioFile.Open(new MemoryStream(wav), "clip");

        float[] blocks = Together(AudioFile.ReadBlocks(source, "clip", 16_000));

        Pieces.Same(AudioFile.Read(wav, "clip", 16_000).Samples, blocks, "samples");
    }

    [Fact]
    public void ReadBlocks_GivesSamplesWhenTheyAreThere()
    {
        var pipe = new DribblingStream(new byte[2 * 16_000], most: 320);
        using var source = new PcmSource(pipe, new PcmFormat());
        int given = 0;
        foreach (var block in AudioFile.ReadBlocks(source, "pipe"))
        {
            given += block.Length;

            Assert.InRange(block.Length, 1, 161);
            Assert.Equal(given, pipe.Given / 2);
        }
    }

    [Fact]
    public void ReadBlocks_FindsDamageAfterTheBlocksBeforeIt()
    {
        string folder = TestData.NewFolder(), path = Path.Combine(folder, "short.wav");
        byte[] wav = File.ReadAllBytes(TestData.PathOf("audio", "LJ001-0008.wav"));
        File.WriteAllBytes(path, wav[..(wav.Length / 2)]);
        int given = 0;

        var error = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var block in AudioFile.ReadBlocks(path, 16_000)) given += block.Length;
        });

        Assert.Equal(Assert.Throws<InvalidDataException>(() => AudioFile.Read(path, 16_000)).Message, error.Message);
        Assert.InRange(given, 10_000, 39_325 / 2);
    }

    [Fact]
    public void ReadBlocks_ClosesTheFile_WhenEnumerationStops()
    {
        string path = Path.Combine(TestData.NewFolder(), "a.flac");
        File.Copy(FlacPath, path);

        Assert.NotEmpty(AudioFile.ReadBlocks(path).Take(1));

        using var alone = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    [Fact]
    public void ReadBlocks_ChecksWhatItIsGiven()
    {
        Assert.Throws<ArgumentException>(() => AudioFile.ReadBlocks(""));
        Assert.Throws<ArgumentOutOfRangeException>(() => AudioFile.ReadBlocks(FlacPath, 0));
        Assert.Throws<ArgumentNullException>(() => AudioFile.ReadBlocks(null!, "nothing"));
        Assert.Throws<FileNotFoundException>(() => AudioFile.ReadBlocks("no such file").Count());
    }

    [Fact] // 128 MB of sound, more than an hour
    [Trait("Speed", "Slow")]
    public void ReadBlocks_TakesNoMoreMemoryForMoreSound()
    {
        byte[] block = new byte[1 << 16];
        using var stream = new Endless(block, times: 1 << 11);
        using var source = new PcmSource(stream, new PcmFormat { SampleRate = 16_000 });
        var held = new HeldPieces(checkEvery: 1 << 10);
        long samples = 0;
        foreach (var piece in AudioFile.ReadBlocks(source, "endless"))
        {
            Assert.True(MemoryMarshal.TryGetArray(piece, out var array));
            held.Add(array.Array!);
            samples += piece.Length;
            Assert.InRange(stream.Given - 2 * samples, 0, 1 << 20); // bytes read ahead
        }

        Assert.Equal((1L << 11) * block.Length / 2, samples);
        Assert.InRange(held.MaxAllocated, 0, 1 << 20);
        Assert.InRange(held.MaxAlive, 1, 3);
    }

    private static float[] Together(IEnumerable<ReadOnlyMemory<float>> blocks)
    {
        var all = new List<float>();
        foreach (var block in blocks)
        {
            Assert.False(block.IsEmpty);
            Assert.True(MemoryMarshal.TryGetArray(block, out _));
            all.AddRange(block.Span);
        }

        return [.. all];
    }

    // The same bytes so many times.
    private sealed class Endless(byte[] bytes, int times) : MemoryStream(bytes)
    {
        private int _left = times;

        public long Given { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            if (Position == Length && --_left > 0) Position = 0;
            int read = base.Read(buffer);
            Given += read;
            return read;
        }
    }
}
