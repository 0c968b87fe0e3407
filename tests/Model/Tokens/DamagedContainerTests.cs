using System.Buffers.Binary;
using System.Globalization;
using AudioBsq.Tokens;
using Xunit.Abstractions;

namespace AudioBsq.Tests.Model.Tokens;

/// <summary>Damaged token containers: what is hit is noticed, and all else is read.</summary>
[WithoutTorch]
public class DamagedContainerTests(ITestOutputHelper output)
{
    private static readonly TokenHeader Header = Containers.Header;

    /// <summary>
    /// Two containers and four bits of each byte; where AUDIOBSQ_ALL_MUTATIONS is set, ten and every value of every byte.
    /// </summary>
    private static readonly bool All = Environment.GetEnvironmentVariable("AUDIOBSQ_ALL_MUTATIONS") is { Length: > 0 };

    [Fact]
    public void EveryByte_IsGuarded_AndCostsOneChunkAtMost()
    {
        (long tried, long lostChunks, long refused) = (0, 0, 0);
        for (int seed = 0; seed < (All ? 10 : 2); seed++)
        {
            long? samples = seed % 3 == 0 ? Containers.SamplesOf(Header, 18) : null;
            var header = Header with { Coding = (TokenCoding)(seed % 2), BitsPerToken = 5 + 2 * seed, Samples = samples };
            int[] tokens = Containers.Tokens(header, 18, seed);
            byte[] whole = Containers.Write(header, tokens);
            for (int place = 0; place < whole.Length; place++)
            {
                for (int mask = 1; mask < 256; mask = All ? mask + 1 : mask * 4)
                {
                    byte[] damaged = [.. whole];
                    damaged[place] ^= (byte)mask;
                    var read = Containers.Read(damaged);
                    tried++;
                    lostChunks += read.Missing.Count;
                    refused += AssertForwards(damaged, read);

                    Assert.NotEmpty(read.Damage);
                    Assert.InRange(read.Missing.Count, 0, 1);
                    Assert.InRange(read.Missing.Sum(range => range.Count), 0, 4);
                    AssertRest(read, tokens);
                }
            }
        }

        string losses = string.Create(CultureInfo.InvariantCulture, $"{lostChunks:N0} lost a chunk; forwards {refused:N0} were refused");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tried:N0} damaged containers, all noticed; {losses}."));
    }

    [Fact]
    public void EveryTruncation_KeepsWhatIsWhole()
    {
        foreach (long? samples in new long?[] { null, Containers.SamplesOf(Header, 18) })
        {
            int[] tokens = Containers.Tokens(Header, 18);
            byte[] whole = Containers.Write(Header with { Samples = samples }, tokens);
            int header = BinaryPrimitives.ReadUInt16LittleEndian(whole.AsSpan(10));
            for (int length = 0; length < whole.Length; length++)
            {
                byte[] cut = whole[..length];
                if (length < header)
                {
                    Assert.Throws<InvalidDataException>(() => Containers.Read(cut));
                    Assert.Throws<InvalidDataException>(() => Containers.ReadForwards(cut));
                    continue;
                }

                var read = Containers.Read(cut);

                Assert.NotEmpty(read.Damage);
                Assert.Equal(tokens[..read.Tokens.Length], read.Tokens);
                Assert.Equal(samples, read.Samples);
                if (samples is not null) Assert.Equal(18 - read.Tokens.Length / 3, read.Missing.Sum(range => range.Count));
                Assert.Equal(0, AssertForwards(cut, read));
            }
        }
    }

    [Fact]
    public void LostChunks_LeaveTheOthersInTheirPlaces()
    {
        int[] tokens = Containers.Tokens(Header, 40);
        byte[] whole = Containers.Write(Header with { Coding = TokenCoding.Packed }, tokens);
        int header = BinaryPrimitives.ReadUInt16LittleEndian(whole.AsSpan(10)), chunk = 14 + 14;
        // 2, 3, 4, the last one and the end are gone
        byte[] without = [.. whole.AsSpan(0, header + 2 * chunk), .. whole.AsSpan(header + 5 * chunk, 4 * chunk)];

        var read = Containers.Read(without);

        Assert.Equal([new StepRange(8, 12)], read.Missing);
        Assert.Equal(9 * 4 * 3, read.Tokens.Length);
        AssertRest(read, tokens);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Fuzz_IsReadOrRefused()
    {
        TokenHeader HeaderOf(int i) => Header with
        {
            Coding = (TokenCoding)(i % 2),
            StepsPerChunk = 1 + 5 * i,
            Samples = i > 3 ? Containers.SamplesOf(Header, 60) : null,
        };
        byte[][] wholes = [.. Enumerable.Range(0, 6).Select(i => Containers.Write(HeaderOf(i), 60, i))];

        new DamageReport(output, typeof(InvalidDataException)).Run(
            random => Damaged(wholes[random.Next(wholes.Length)], random),
            file =>
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                Walk(file);
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64_000_000);
            });
    }

    [Fact] // numbers as large as they can be, under check sums that agree
    [Trait("Speed", "Slow")]
    public void Claims_CostNoMemory()
    {
        foreach (byte[] file in Claims())
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Containers.Read(file);
                Containers.ReadForwards(file);
            }
            catch (InvalidDataException)
            {
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32_000_000);
        }
    }

    [Fact]
    public void FileFullOfMarkers_IsGivenUp()
    {
        byte[] header = TokenHeaderBytes.Write(Header with { StepsPerChunk = 19_000, Coding = TokenCoding.Packed });
        byte[] candidate = TokenLayout.ChunkOf(0, 19_000, new byte[(19_000 * 27 + 7) / 8])[..12];
        byte[] hostile = [.. header, .. Enumerable.Repeat(candidate, 100_000).SelectMany(bytes => bytes)];

        Assert.Contains("too damaged", Assert.Throws<InvalidDataException>(() => Containers.Read(hostile)).Message);
    }

    [Fact]
    public void ContradictingParts_AreRefused()
    {
        byte[] twenty = Containers.Write(Header with { Samples = 390 }, 20), forty = Containers.Write(Header with { Samples = 790 }, 40);
        byte[] spliced = [.. twenty[..^60], .. forty[^60..]];

        Assert.Contains("claims 390 samples", Assert.Throws<InvalidDataException>(() => Containers.Read(spliced)).Message);
        Assert.Contains("claims 390 samples", Assert.Throws<InvalidDataException>(() => Containers.ReadForwards(spliced)).Message);
    }

    [Fact]
    public void EndOfAnotherFile_IsNoEnd()
    {
        byte[] one = Containers.Write(Header, 20), other = Containers.Write(Header with { BitsPerToken = 5 }, 30);

        var read = Containers.Read([.. one[..^60], .. other[^60..]]);

        Assert.Null(read.Samples);
        Assert.Equal(Containers.Tokens(Header, 20), read.Tokens);
        Assert.Equal(["its end is damaged or cut off"], read.Damage);
    }

    [Fact]
    public void OtherVersions_SayWhatToDo()
    {
        byte[] file = Containers.Write(Header, 1);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(10));
        file[8] = 2;
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(size - 4), Crc32.Of(file.AsSpan(0, size - 4)));

        var error = Assert.Throws<InvalidDataException>(() => new TokenReader(new MemoryStream(file), "new.absq"));

        Assert.Contains("'new.absq'", error.Message);
        Assert.Contains("version 2", error.Message);
    }

    [Fact]
    public void CheckSum_IsTheCommonOne() => Assert.Equal(0xCBF43926, Crc32.Of("123456789"u8));

    private static IEnumerable<byte[]> Claims()
    {
        yield return TokenHeaderBytes.Write(Header with { Samples = TokenHeader.MaxSamples });
        var largest = Header with { TokensPerStep = 65_535, StepsPerChunk = 8, BitsPerToken = 1, HopLength = 1, FramesPerStep = 1 };
        foreach (uint number in new[] { 0u, 1u, 1000u, uint.MaxValue - 1, uint.MaxValue })
            yield return [.. TokenHeaderBytes.Write(largest), .. TokenLayout.ChunkOf(number, 8, new byte[8 * 65_535 / 64 + 1])];
        yield return [.. TokenHeaderBytes.Write(largest), .. TokenLayout.EndOf(largest, TokenHeader.MaxSamples, [])];
        yield return TokenLayout.EndOf(largest, 8L * 1_000_000 - 1, new ushort[1_000_000])[^60..]; // a tail whose index is not there
    }

    // As every part of the program does: all at once, forwards, and by time.
    private static void Walk(byte[] file)
    {
        var reader = new TokenReader(new MemoryStream(file));
        reader.Seek(30);
        while (reader.ReadChunk() is not null)
        {
        }

        Containers.Read(file);
        Containers.ReadForwards(file);
    }

    private static byte[] Damaged(byte[] whole, Random random)
    {
        byte[] file = Mutations.OfBytes(whole, random);
        int size = file.Length > 12 ? BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(10)) : 0;
        // Half of the time the header's check sum is set right, so that what it says is what is seen.
        if (random.Next(2) == 0 && size > 8 && size < file.Length)
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(size - 4), Crc32.Of(file.AsSpan(0, size - 4)));
        return file;
    }

    // 1 where a header is damaged, which reading forwards cannot mend.
    private static int AssertForwards(byte[] file, TokenSequence expected)
    {
        try
        {
            var read = Containers.ReadForwards(file);
            Assert.Equal(expected.Tokens, read.Tokens);
            Assert.Equal(expected.Missing, read.Missing);
            Assert.Equal(expected.Samples, read.Samples);
            Assert.Equal(expected.Damage, read.Damage);
            return 0;
        }
        catch (InvalidDataException)
        {
            Assert.Contains("its header is damaged", expected.Damage);
            return 1;
        }
    }

    private static void AssertRest(TokenSequence read, int[] tokens)
    {
        for (int i = 0; i < read.Tokens.Length; i++)
        {
            if (!read.Missing.Any(range => i / 3 >= range.First && i / 3 < range.End)) Assert.Equal(tokens[i], read.Tokens[i]);
        }

        long last = read.Missing.Count == 0 ? tokens.Length : read.Missing[^1].First * 3;
        Assert.True(read.Tokens.Length >= last);
    }
}
