using AudioBsq.Decoding;

namespace AudioBsq.Tests.Featurizers.Decoding;

[WithoutTorch]
public class FlacDecoderTests
{
    // The worked examples of RFC 9639, appendix D.
    private const string Example1 =
        "664c614380000022100010000000 0f00000f0ac442f0000000013e84b41807dc690307586a3dad1a2e0ffff869180000bf0358fd0312 8baa9a";
    private const string Example2 = """
        664c6143 00000022 00100010 00001700 00440ac4 42f00000 0013d5b0 56497 5e98b8d8b93 0422757b 81030300 00120000
        00000000 00000000 00000000 00000010 0400003a 20000000 72656665 72656e63 65206c69 62464c41 4320312e 332e3320
        32303139 30383034 01000000 0e000000 5449544c 453dd7a9 d79cd795 d79d8100 00060000 00000000 fff86998 000f9912
        08670162 3d144299 8f5df70d 6fe00c17 caeb2100 0ee7a77a 24a1590c 1217b603 097b784f aa9a33d2 85e070ad 5b1b4851
        b4010d99 d2cd1a68 f1e6b810 fff86918 0102a402 c382c40b c14a03ee 48dd03b6 7c1330
        """;
    private const string Example3 =
        "664c614380000022100010000000 1f00001f07d000700000 "
        + "0018f8f9e396f5cbcfc6dc807f9977906b32fff868020017e944004f6f313d1047d227cb6d090831452bdc28222280 57a3";

    private static readonly int[] Left2 =
    [
        10372, 18041, 14942, 17876, 15627, 17899, 16242, 18077, 16824, 18263, 17295, -14418, -15201, -14508, -15195, -14818, -15486, -15349,
        -16054,
    ];
    private static readonly int[] Right2 =
    [
        6070, 10545, 8743, 10449, 9143, 10463, 9502, 10569, 9840, 10680, 10113, -8428, -8895, -8476, -8896, -8653, -9072, -8958, -9410,
    ];
    private static readonly int[] Mono3 =
    [
        0, 79, 111, 78, 8, -61, -90, -68, -13, 42, 67, 53, 13, -27, -46, -38, -12, 14, 24, 19, 6, -4, -5, 0,
    ];

    private static byte[] Bytes(string hex) => Convert.FromHexString(string.Concat(hex.Where(char.IsAsciiHexDigit)));

    [Fact]
    public void Read_DecodesExample1()
    {
        float[] samples = Sources.ReadAll(new FlacDecoder(), Bytes(Example1));

        Assert.Equal([25588 / 32768f, 10416 / 32768f], samples);
    }

    [Fact]
    public void Read_DecodesExample2()
    {
        float[] samples = Sources.ReadAll(new FlacDecoder(), Bytes(Example2));

        Assert.Equal(Left2.Zip(Right2).SelectMany(pair => new[] { pair.First / 32768f, pair.Second / 32768f }), samples);
    }

    [Fact]
    public void Read_DecodesExample3()
    {
        var waveform = AudioFile.Read(Bytes(Example3), "example 3");

        Assert.Equal(Mono3.Select(sample => sample / 128f), waveform.Samples);
        Assert.Equal(32_000, waveform.SampleRate);
    }

    public static TheoryData<string> Plans =>
    [
        "constant", "verbatim", "fixed0", "fixed1", "fixed2", "fixed3", "fixed4", "linear1", "linear2", "linear8", "linear12", "linear32",
    ];

    private static FlacSubframePlan Plan(string plan) =>
        plan.StartsWith("fixed", StringComparison.Ordinal) ? new("fixed", int.Parse(plan[5..]))
            : plan.StartsWith("linear", StringComparison.Ordinal) ? new("linear", int.Parse(plan[6..]))
            : new(plan);

    /// <summary>
    /// Smooth sound at a third of full scale, or one number throughout; different channels, and the low bits 0 if wanted.
    /// </summary>
    private static int[] Signal(int length, int bits, int seed, bool constant = false, int wasted = 0)
    {
        var random = new Random(seed);
        double scale = Math.Pow(2, bits - 1) / 3, phase = random.NextDouble() * 6;
        return
        [
            .. Enumerable.Range(0, length).Select(
                i => (int)(scale * (constant ? 0.7 : Math.Sin(phase + i * 0.05) + random.NextDouble() * 0.01)) >> wasted << wasted),
        ];
    }

    [Theory]
    [MemberData(nameof(Plans))]
    [Trait("Speed", "Slow")]
    public void Read_KnowsEverySubframeAtEveryDepth(string name)
    {
        foreach (int bits in new[] { 4, 5, 7, 8, 12, 16, 17, 20, 23, 24, 25, 28, 32 })
        {
            // 17 bits and more have residuals that want longer parameters; at 32 bits even those are plain numbers.
            var plan = Plan(name) with { Parameter = Math.Max(bits - 8, 0), LongParameters = bits > 16, PartitionOrder = 2 };
            bool constant = name == "constant";
            var builder = new FlacBuilder(16_000, 1, bits)
                .Add([Signal(256, bits, 1, constant)], plan)
                .Add([Signal(192, bits, 2, constant)], plan)
                .Add([Signal(4608, bits, 3, constant)], plan);

            Assert.Equal(builder.Expected, Sources.ReadAll(new FlacDecoder(), builder.Build()));
        }
    }

    [Theory]
    [InlineData(8), InlineData(9), InlineData(10)]
    public void Read_UndoesEveryKindOfStereo(int assignment)
    {
        foreach (int bits in new[] { 8, 16, 24, 32 })
        {
            var plan = new FlacSubframePlan("linear", Order: 8, Parameter: Math.Max(bits - 6, 0), LongParameters: bits > 16);
            var builder = new FlacBuilder(44_100, 2, bits)
                .Add([Signal(1000, bits, 1), Signal(1000, bits, 2)], plan, assignment)
                .Add([Signal(500, bits, 3), Signal(500, bits, 4)], plan with { Type = "fixed", Order = 2 }, assignment)
                .Add([Signal(16, bits, 5), Signal(16, bits, 6)], plan);

            Assert.Equal(builder.Expected, Sources.ReadAll(new FlacDecoder(), builder.Build()));
        }
    }

    [Theory]
    [InlineData(8), InlineData(9), InlineData(10)]
    public void Read_Holds33Bits_WhenTheSideChannelOf32BitsNeedsThem(int assignment)
    {
        int[] left = [int.MinValue, int.MaxValue, int.MinValue, int.MaxValue, 0, -1];
        int[] right = [int.MaxValue, int.MinValue, int.MinValue, int.MaxValue, int.MinValue, int.MaxValue];
        var builder = new FlacBuilder(44_100, 2, 32)
            .Add([left, right], new("verbatim"), assignment)
            .Add([[int.MinValue, int.MinValue], [int.MaxValue, int.MaxValue]], new("constant"), assignment)
            .Add([[int.MinValue, int.MinValue], [int.MaxValue, int.MaxValue]], new("fixed", Order: 1, Parameter: 4), assignment);

        Assert.Equal(builder.Expected, Sources.ReadAll(new FlacDecoder(), builder.Build()));
    }

    [Theory]
    [InlineData(1), InlineData(4), InlineData(11)]
    public void Read_PutsWastedBitsBack(int wasted)
    {
        var builder = new FlacBuilder(16_000, 1, 16)
            .Add([Signal(100, 16, 1, wasted: wasted)], new("verbatim", Wasted: wasted))
            .Add([Signal(100, 16, 2, wasted: wasted)], new("fixed", Order: 2, Wasted: wasted, Parameter: 3))
            .Add([Signal(100, 16, 3, wasted: wasted)], new("linear", Order: 4, Wasted: wasted, Parameter: 3));

        Assert.Equal(builder.Expected, Sources.ReadAll(new FlacDecoder(), builder.Build()));
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void Read_KnowsPlainResiduals(bool longParameters)
    {
        var builder = new FlacBuilder(16_000, 1, 16)
            .Add([Signal(64, 16, 1)], new("fixed", Order: 1, PartitionOrder: 3, Parameter: null, LongParameters: longParameters));

        Assert.Equal(builder.Expected, Sources.ReadAll(new FlacDecoder(), builder.Build()));
    }

    [Fact]
    public void Read_FollowsRunsLongerThanItsBuffer()
    {
        // Parameter 0 writes a residual of 2^20 as two million zero bits.
        var builder = new FlacBuilder(16_000, 1, 24)
            .Add([[0, 1 << 20, 5, -(1 << 20), 7, 7]], new("fixed", Order: 1, Parameter: 0))
            .Add([Signal(100, 24, 1)], new("verbatim"));

        Assert.Equal(builder.Expected, Sources.ReadAll(new FlacDecoder(), builder.Build()));
    }

    [Theory]
    [InlineData(false, true), InlineData(true, false), InlineData(false, false)]
    [Trait("Speed", "Slow")]
    public void Read_GoesToTheEnd_WhenTheHeaderLeavesThingsOut(bool length, bool md5)
    {
        var builder = new FlacBuilder(16_000, 2, 16) { DeclaresLength = length, DeclaresMd5 = md5 }
            .Add([Signal(100, 16, 1), Signal(100, 16, 2)], new("verbatim"))
            .Add([Signal(65_536, 16, 3), Signal(65_536, 16, 4)], new("fixed", Order: 2));

        Assert.Equal(builder.Expected, Sources.ReadAll(new FlacDecoder(), builder.Build()));
    }

    [Fact]
    public void Read_SkipsId3()
    {
        byte[] file = [.. "ID3"u8, 4, 0, 0, 0, 0, 1, 2, .. new byte[130], .. "ID3"u8, 4, 0, 0, 0, 0, 0, 0, .. Bytes(Example3)];

        Assert.Equal(24, AudioFile.Read(file, "tagged").Samples.Length);
    }

    [Fact]
    public void Read_FindsAChangedSample_ByMd5Alone()
    {
        var right = new FlacBuilder(16_000, 1, 16).Add([Signal(100, 16, 1)], new("verbatim")).Build();
        var wrong = new FlacBuilder(16_000, 1, 16).Add([Signal(100, 16, 2)], new("verbatim")).Build();
        right.AsSpan(0, 42).CopyTo(wrong); // one file's header before the other's whole blocks

        var e = Assert.Throws<InvalidDataException>(() => AudioFile.Read(wrong, "wrong.flac"));

        Assert.Contains("'wrong.flac'", e.Message);
        Assert.Contains("MD5", e.Message);
    }

    [Fact]
    public void Read_FindsAMissingBlock()
    {
        byte[] First() =>
            new FlacBuilder(16_000, 1, 16) { DeclaresLength = false, DeclaresMd5 = false }.Add([Signal(100, 16, 1)], new("verbatim"))
                .Build();
        byte[] three = new FlacBuilder(16_000, 1, 16) { DeclaresLength = false, DeclaresMd5 = false }
            .Add([Signal(100, 16, 1)], new("verbatim")).Add([Signal(100, 16, 2)], new("verbatim"))
            .Add([Signal(100, 16, 3)], new("verbatim")).Build();
        int block = First().Length - 42;
        byte[] gap = [.. three[..(42 + block)], .. three[(42 + 2 * block)..]];

        var e = Assert.Throws<InvalidDataException>(() => AudioFile.Read(gap, "gap.flac"));

        Assert.Contains("100 frames could be decoded; then a block is missing", e.Message);
    }

    [Fact]
    public void Read_SaysHowMuchWasThere_WhenTheFileIsTruncated()
    {
        var builder = new FlacBuilder(16_000, 1, 16).Add([Signal(1000, 16, 1)], new("verbatim"))
            .Add([Signal(1000, 16, 2)], new("verbatim"));
        byte[] file = builder.Build();

        var inside = Assert.Throws<InvalidDataException>(() => AudioFile.Read(file.AsMemory(0, file.Length - 100), "cut.flac"));
        var between = Assert.Throws<InvalidDataException>(() => AudioFile.Read(file.AsMemory(0, 42 + (file.Length - 42) / 2), "cut.flac"));

        Assert.Contains("'cut.flac' is truncated: 1000 of 2000 frames", inside.Message);
        Assert.Contains("'cut.flac'", between.Message);
        Assert.Contains("1000 of 2000 frames", between.Message);
    }
}
