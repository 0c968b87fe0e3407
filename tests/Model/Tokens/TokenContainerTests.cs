using System.IO.Compression;
using AudioBsq.Tokens;

namespace AudioBsq.Tests.Model.Tokens;

[WithoutTorch]
public class TokenContainerTests
{
    private static readonly TokenHeader Header = Containers.Header;

    public static TheoryData<int, int, TokenCoding> Shapes()
    {
        var shapes = new TheoryData<int, int, TokenCoding>();
        foreach (var coding in Enum.GetValues<TokenCoding>())
        {
            for (int bits = 1; bits <= 30; bits++) shapes.Add(bits, 8, coding);
            shapes.Add(9, 8 * 4, coding); // codes of 36 bits, in groups of 9
            shapes.Add(18, 1, coding);
        }

        return shapes;
    }

    [Theory, MemberData(nameof(Shapes))]
    [Trait("Speed", "Slow")]
    public void Tokens_ComeBack(int bits, int perStep, TokenCoding coding)
    {
        var header = Header with { BitsPerToken = bits, TokensPerStep = perStep, Coding = coding };
        foreach (int steps in new[] { 0, 1, 3, 4, 5, 23 })
        {
            int[] tokens = Containers.Tokens(header, steps);
            byte[] file = Containers.Write(header, tokens);

            foreach (var read in new[] { Containers.Read(file), Containers.ReadForwards(file) })
            {
                Assert.Empty(read.Damage);
                Assert.Equal(tokens, read.Tokens);
                Assert.Equal(Containers.SamplesOf(header, steps), read.Samples);
                Assert.Equal(header with { Metadata = read.Header.Metadata }, read.Header);
            }

            AssertSpecified(file, header, tokens);
        }
    }

    [Theory] // one value, two in turn, counting, only the highest bit, noise, and what no one would foresee
    [MemberData(nameof(Patterns))]
    [Trait("Speed", "Slow")]
    public void Patterns_ComeBack_AndAreNeverLargerThanPacked(string name, int[] tokens)
    {
        foreach (int bits in new[] { 9, 18, 30 })
        {
            var header = Header with { BitsPerToken = bits, TokensPerStep = 8, StepsPerChunk = 100 };
            int[] masked = Array.ConvertAll(tokens, token => token & ((1 << bits) - 1));
            byte[] coded = Containers.Write(header, masked), packed = Containers.Write(header with { Coding = TokenCoding.Packed }, masked);

            Assert.True(coded.Length <= packed.Length, name);
            Assert.Equal(masked, Containers.Read(coded).Tokens);
            AssertSpecified(coded, header, masked);
        }
    }

    public static TheoryData<string, int[]> Patterns()
    {
        var random = new Random(3);
        int[] Of(Func<int, int> token) => [.. Enumerable.Range(0, 8 * 240).Select(token)];
        return new TheoryData<string, int[]>
        {
            { "zeros", Of(_ => 0) },
            { "ones", Of(_ => (1 << 30) - 1) },
            { "in turn", Of(i => i % 2 == 0 ? 0 : (1 << 30) - 1) },
            { "counting", Of(i => i) },
            { "highest bit", Of(i => i % 3 == 0 ? 1 << 29 : 0) },
            { "long quiet, then loud", Of(i => i < 1500 ? 0 : (1 << 30) - 1) },
            { "noise", Of(_ => random.Next(1 << 30)) },
            { "rare", Of(_ => random.Next(200) == 0 ? random.Next(1 << 30) : 0) },
            { "against the model", Of(i => (i / 8 % 2 == 0 ? 0x2AAAAAAA : 0x15555555) ^ (i % 8 % 2 == 0 ? 0 : 0x3FFFFFFF)) },
        };
    }

    [Fact]
    public void Size_IsThatOfTheTokens_AndAStatedOverhead()
    {
        var header = Header with { Coding = TokenCoding.Packed };
        foreach (int steps in new[] { 0, 1, 4, 8, 40 })
        {
            int chunks = (steps + 3) / 4, texts = 4 + 4 + 6 + 9;
            int payload = steps / 4 * 14 + (steps % 4 * 27 + 7) / 8; // 4 steps of 3 tokens of 9 bits are 108 bits

            Assert.Equal(126 + texts + 16 * chunks + payload, Containers.Write(header, steps).Length);
        }
    }

    [Fact]
    public void Zeros_TakeTheLeastThatAChunkMay()
    {
        var header = Header with { TokensPerStep = 8, StepsPerChunk = 1000 };

        byte[] file = Containers.Write(header, new int[8 * 1000]);

        Assert.Equal([8 * 1000 / 64], SpecifiedReader.Read(file).PayloadSizes);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(390L)]
    public void Samples_AreKnown_FromTheHeaderOrTheEnd(long? early)
    {
        byte[] file = Containers.Write(Header with { Samples = early }, 20);
        var reader = new TokenReader(new MemoryStream(file));

        Assert.Equal(early, reader.Header.Samples);
        Assert.Equal((390, 20), (reader.Samples, reader.Steps));
    }

    [Fact]
    public void Seek_FindsEveryStep()
    {
        int[] tokens = Containers.Tokens(Header, 23);
        byte[] file = Containers.Write(Header, tokens), withoutIndex = [.. file];
        withoutIndex[^65] ^= 1; // a length in the index
        foreach (byte[] bytes in new[] { file, withoutIndex, file[..^1] })
        {
            var reader = new TokenReader(new MemoryStream([9, 9, .. bytes]) { Position = 2 });
            for (int step = 22; step >= 0; step--)
            {
                reader.Seek(step);
                var chunk = reader.ReadChunk()!;

                Assert.Equal(step / 4 * 4, chunk.Steps.First);
                Assert.Equal(tokens[(int)(chunk.Steps.First * 3)..(int)(chunk.Steps.End * 3)], chunk.Tokens.ToArray());
                Assert.Empty(reader.Missing);
            }

            reader.Seek(24);
            Assert.Null(reader.ReadChunk());
            reader.Seek(TimeSpan.FromSeconds(0.2)); // 10 steps of 20 ms
            Assert.Equal(8, reader.ReadChunk()!.Steps.First);
        }
    }

    [Fact]
    public void Seek_NeedsAStreamThatCan() =>
        Assert.Throws<NotSupportedException>(
            () => new TokenReader(new DeflateStream(Deflated(), CompressionMode.Decompress)).Seek(0));

    [Fact]
    public void ReadAll_IsFromTheFirstChunkOn()
    {
        var reader = new TokenReader(new MemoryStream(Containers.Write(Header, 9)));
        reader.ReadChunk();

        Assert.Throws<InvalidOperationException>(() => reader.ReadAll());
    }

    [Fact]
    public void Texts_MayBeAnything_WithinTheirLengths()
    {
        var metadata = Enumerable.Range(0, 15).ToDictionary(i => $"k{i}\n\0\u001b[31m../", i => new string('ä', 2048));
        var header = Header with { ModelName = new string('€', 85), Metadata = metadata };

        var read = Containers.Read(Containers.Write(header, 1)).Header;
        var specified = SpecifiedReader.Read(Containers.Write(header, 1));

        Assert.Equal(header.ModelName, read.ModelName);
        Assert.Equal(metadata, read.Metadata);
        Assert.Equal(metadata, specified.Metadata);
        foreach (var (key, value) in new[] { ("", ""), (new string('k', 65), ""), ("k", new string('v', 4097)), ("k", "\ud800") })
            Assert.ThrowsAny<ArgumentException>(
                () => Containers.Write(Header with { Metadata = new Dictionary<string, string> { [key] = value } }, 0));
        Assert.ThrowsAny<ArgumentException>(() => Containers.Write(Header with { ModelName = new string('n', 257) }, 0));
        Assert.ThrowsAny<ArgumentException>(
            () => Containers.Write(Header with { Metadata = Enumerable.Range(0, 65).ToDictionary(i => $"{i}", _ => "") }, 0));
        Assert.ThrowsAny<ArgumentException>(
            () => Containers.Write(
                Header with { Metadata = Enumerable.Range(0, 17).ToDictionary(i => $"{i}", _ => new string('v', 4000)) }, 0));
    }

    [Fact]
    public void Headers_ThatCannotBe_AreRefused()
    {
        TokenHeader[] bad =
        [
            Header with { Fingerprint = "00" }, Header with { Fingerprint = new string('G', 32) },
            Header with { SampleRate = 0 }, Header with { HopLength = 65_537 },
            Header with { FramesPerStep = 0 }, Header with { TokensPerStep = 65_536 },
            Header with { BitsPerToken = 0 }, Header with { BitsPerToken = 31 },
            Header with { StepsPerChunk = 0 }, Header with { StepsPerChunk = 60_000 },
            Header with { Coding = (TokenCoding)2 }, Header with { Samples = -1 },
        ];

        foreach (var header in bad) Assert.ThrowsAny<ArgumentException>(() => new TokenWriter(new MemoryStream(), header));
    }

    [Fact]
    public void Writer_RefusesWhatDoesNotFit()
    {
        using var writer = new TokenWriter(new MemoryStream(), Header);
        writer.Write([0, 1, 511]);

        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write([512]));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write([-1]));
        Assert.Contains("make 6 tokens, and 3 were written", Assert.Throws<ArgumentOutOfRangeException>(() => writer.Complete(20)).Message);
        writer.Complete(19);
        Assert.Throws<InvalidOperationException>(() => writer.Write([0]));
        Assert.Throws<InvalidOperationException>(() => writer.Complete(19));
    }

    [Fact]
    public void Writer_NeedsNoSeeking_AndClosesTheStreamOrNot()
    {
        var stream = new MemoryStream();
        using (var deflate = new DeflateStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        using (var writer = new TokenWriter(deflate, Header, leaveOpen: true))
        {
            writer.Complete(0);
            Assert.True(deflate.CanWrite);
        }

        new TokenWriter(stream, Header).Dispose();
        Assert.False(stream.CanWrite);
    }

    private static MemoryStream Deflated()
    {
        var stream = new MemoryStream();
        using (var deflate = new DeflateStream(stream, CompressionLevel.Fastest, leaveOpen: true))
            deflate.Write(Containers.Write(Header, 5));
        stream.Position = 0;
        return stream;
    }

    private static void AssertSpecified(byte[] file, TokenHeader header, int[] tokens)
    {
        var read = SpecifiedReader.Read(file);
        Assert.Equal(tokens, read.Tokens);
        Assert.Equal((header.Fingerprint, header.ModelName, (uint)header.SampleRate), (read.Fingerprint, read.Name, read.SampleRate));
        Assert.Equal(header.Metadata, read.Metadata);
    }
}
