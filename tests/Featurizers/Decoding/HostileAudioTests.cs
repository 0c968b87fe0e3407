using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

/// <summary>Cut and changed files are decoded or refused with one of two exceptions, and never take much memory.</summary>
[WithoutTorch]
public class HostileAudioTests
{
    private const long MostBytes = 48 << 20;

    private static byte[] Wav() => WavBytes.File(WavBytes.Chunk("bext", new byte[21]),
        WavBytes.Chunk("fmt ", WavBytes.Extensible(1, 2, 16_000, 24, 24)),
        WavBytes.Chunk("data", [.. Enumerable.Range(0, 600).Select(i => (byte)(i * 31))]),
        WavBytes.Chunk("LIST", new byte[9]));

    private static byte[] FloatWav() =>
        WavBytes.File(
            WavBytes.Chunk("fmt ", WavBytes.Format(3, 1, 16_000, 32)),
            WavBytes.Chunk("data", [.. Enumerable.Range(0, 100).SelectMany(i => BitConverter.GetBytes(i / 100f))]));

    private static int[] Wave(int length, int seed) => [.. Enumerable.Range(0, length).Select(i => (int)(9000 * Math.Sin(seed + i * 0.1)))];

    private static byte[] Flac() => new FlacBuilder(16_000, 2, 16)
        .Add([Wave(192, 1), Wave(192, 2)], new("linear", Order: 8, PartitionOrder: 2, Parameter: 9), assignment: 10)
        .Add([Wave(64, 3), Wave(64, 4)], new("fixed", Order: 2, Parameter: 8))
        .Add([Wave(16, 5), Wave(16, 6)], new("verbatim"), assignment: 8)
        .Build();

    /// <summary>The same without the checksums that would catch a change before the code behind them sees it.</summary>
    private static byte[] FlacWithoutMd5() => new FlacBuilder(16_000, 1, 32) { DeclaresMd5 = false, DeclaresLength = false }
        .Add([Wave(192, 1)], new("linear", Order: 12, Parameter: 9))
        .Build();

    private static byte[] Clip(string name) => File.ReadAllBytes(TestData.PathOf("audio", name));

    public static TheoryData<string> Managed => ["WAV", "float WAV", "FLAC", "FLAC without MD5"];

    private static byte[] Make(string kind) => kind switch
    {
        "WAV" => Wav(),
        "float WAV" => FloatWav(),
        "FLAC" => Flac(),
        _ => FlacWithoutMd5(),
    };

    [Theory]
    [MemberData(nameof(Managed))]
    public void Read_RefusesOrReads_EveryPrefix(string kind)
    {
        byte[] file = Make(kind);
        Assert.True(Reads(file, kind));

        for (int length = 0; length < file.Length; length++) Reads(file[..length], $"{kind} of {length} bytes");
    }

    [Fact]
    public void Read_RefusesEveryPrefixOfFlac()
    {
        byte[] file = Flac();

        for (int length = 0; length < file.Length; length++) Assert.False(Reads(file[..length], $"FLAC of {length} bytes"));
    }

    [Theory]
    [MemberData(nameof(Managed))]
    [Trait("Speed", "Slow")]
    public void Read_RefusesOrReads_ChangedFiles(string kind)
    {
        var random = new Random(kind.Length);
        byte[] file = Make(kind);

        for (int i = 0; i < 4000; i++) Reads(Changed(file, random), $"{kind}, change {i}");
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Read_RefusesOrReads_FlacWhoseChecksumsAreRight()
    {
        // Changes are made to the body of a block and its checksum is set right, so that the decoder proper meets them.
        var random = new Random(3);
        byte[] file = FlacWithoutMd5();
        const int Header = 42, BlockHeader = 8;
        for (int i = 0; i < 4000; i++)
        {
            byte[] changed = (byte[])file.Clone();
            for (int n = random.Next(1, 6); n > 0; n--)
            {
                int end = random.Next(2) == 0 ? Header + BlockHeader + 60 : file.Length - 2;
                changed[random.Next(Header + BlockHeader, end)] = (byte)random.Next(256);
            }

            ushort crc = FlacCrc.Crc16(0, changed.AsSpan(Header, changed.Length - Header - 2));
            (changed[^2], changed[^1]) = ((byte)(crc >> 8), (byte)crc);
            Reads(changed, $"FLAC body, change {i}");
        }
    }

    [Theory]
    [InlineData("vbr-44k.mp3"), InlineData("stereo-32k.mp3"), InlineData("vbr-untagged-16k.mp3"), InlineData("layer2-48k.mp2")]
    [Trait("Speed", "Slow")]
    public void Read_RefusesOrReads_ChangedMpeg(string name)
    {
        var random = new Random(name.Length);
        byte[] file = File.ReadAllBytes(TestData.PathOf("audio", "mpeg", name));
        Assert.True(Reads(file, name));

        for (int i = 0; i < 300; i++)
        {
            Reads(Changed(file, random), $"{name}, change {i}");
            Reads(file[..random.Next(file.Length)], $"{name}, prefix {i}");
        }
    }

    [Theory]
    [InlineData("Ogg Vorbis", "vorbis-mono.ogg")]
    [InlineData("Opus", "opus-mono.opus")]
    [Trait("Speed", "Slow")]
    public void Read_RefusesOrReads_ChangedOgg(string kind, string clip)
    {
        var random = new Random(kind.Length);
        byte[] file = Clip(clip);
        Assert.True(Reads(file, kind));

        for (int i = 0; i < 400; i++)
        {
            Reads(Changed(file, random), $"{kind}, change {i}");
            Reads(file[..random.Next(file.Length)], $"{kind}, prefix {i}");
        }
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Read_RefusesOrReads_OggWhoseChecksumsAreRight()
    {
        var random = new Random(5);
        byte[] file = Clip("vorbis-mono.ogg");

        for (int i = 0; i < 400; i++) Reads(OggFixed(Changed(file, random)), $"Ogg body, change {i}");
    }

    public static TheoryData<string> Containers => ContainerTests.Kinds;

    [Theory]
    [MemberData(nameof(Containers))]
    public void Read_RefusesOrReads_EveryPrefixOfAContainer(string kind)
    {
        byte[] file = ContainerTests.Make(kind, Noise());
        Assert.True(Reads(file, kind));

        for (int length = 0; length < file.Length; length++) Reads(file[..length], $"{kind} of {length} bytes");
    }

    [Theory]
    [MemberData(nameof(Containers))]
    [Trait("Speed", "Slow")]
    public void Read_RefusesOrReads_MutatedContainers(string kind)
    {
        var random = new Random(kind.Length);
        byte[] file = ContainerTests.Make(kind, Noise());

        for (int i = 0; i < 3000; i++)
        {
            Reads(Changed(file, random), $"{kind}, change {i}");
            Reads(Mutations.OfBytes(file, random), $"{kind}, mutation {i}");
        }
    }

    private static byte[] Noise()
    {
        byte[] noise = new byte[640];
        new Random(11).NextBytes(noise);
        return noise;
    }

    /// <summary>Whether the file was read; what it is refused with, and the memory it takes, are checked.</summary>
    private static bool Reads(byte[] file, string what)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool read = false;
        try
        {
            var waveform = AudioFile.Read(file, what);
            Assert.True(CheckedAudioSource.AllFinite(waveform.Samples), what);
            read = true;
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            Assert.Contains($"'{what}'", e.Message);
        }

        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(taken < MostBytes, $"{what}: {taken} bytes");
        return read;
    }

    private static byte[] Changed(byte[] file, Random random)
    {
        byte[] changed = (byte[])file.Clone();
        // Half of the changes hit the header, where sizes are.
        int end = random.Next(2) == 0 ? Math.Min(file.Length, 100) : file.Length;
        for (int n = random.Next(1, 5); n > 0; n--)
        {
            int at = random.Next(end);
            changed[at] = random.Next(4) switch
            {
                0 => 0xFF,
                1 => 0,
                2 => (byte)(changed[at] ^ 1 << random.Next(8)),
                _ => (byte)random.Next(256),
            };
        }

        return changed;
    }

    /// <summary>Sets the checksums of the pages right (RFC 3533, section 6).</summary>
    private static byte[] OggFixed(byte[] file)
    {
        for (int at = 0; at + 27 <= file.Length && file.AsSpan(at).StartsWith("OggS"u8);)
        {
            int segments = file[at + 26], end = at + 27 + segments;
            if (end > file.Length) break;
            foreach (byte length in file.AsSpan(at + 27, segments)) end += length;
            if (end > file.Length) break;
            file.AsSpan(at + 22, 4).Clear();
            uint crc = 0;
            for (int i = at; i < end; i++)
            {
                crc ^= (uint)file[i] << 24;
                for (int bit = 0; bit < 8; bit++) crc = (crc & 0x80000000) != 0 ? crc << 1 ^ 0x04C11DB7 : crc << 1;
            }

            WavBytes.UInt32(crc).CopyTo(file, at + 22);
            at = end;
        }

        return file;
    }
}
