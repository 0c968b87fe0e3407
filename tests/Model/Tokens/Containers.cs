using AudioBsq.Tokens;

namespace AudioBsq.Tests.Model.Tokens;

/// <summary>Token containers for tests.</summary>
internal static class Containers
{
    /// <summary>2 frames of 10 samples in a step of 3 tokens, and 4 steps in a chunk.</summary>
    public static TokenHeader Header { get; } = new()
    {
        Fingerprint = "00112233445566778899aabbccddeeff",
        ModelName = "tiny",
        SampleRate = 1000,
        HopLength = 10,
        FramesPerStep = 2,
        TokensPerStep = 3,
        BitsPerToken = 9,
        StepsPerChunk = 4,
        Metadata = new Dictionary<string, string> { ["source"] = "hello.wav" },
    };

    /// <summary>Samples that make so many steps.</summary>
    public static long SamplesOf(TokenHeader header, long steps) => steps == 0 ? 0 : (steps * header.FramesPerStep - 1) * header.HopLength;

    /// <summary>Random tokens, half of them like those before them, so that some can be foreseen.</summary>
    public static int[] Tokens(TokenHeader header, int steps, int seed = 1)
    {
        var random = new Random(seed);
        int[] tokens = new int[steps * header.TokensPerStep];
        for (int i = 0; i < tokens.Length; i++)
            tokens[i] = i > 0 && random.Next(2) == 0 ? tokens[i - 1] : random.Next(1 << header.BitsPerToken);
        return tokens;
    }

    public static byte[] Write(TokenHeader header, int[] tokens)
    {
        var stream = new MemoryStream();
        using (var writer = new TokenWriter(stream, header))
        {
            writer.Write(tokens);
            writer.Complete(SamplesOf(header, tokens.Length / header.TokensPerStep));
        }

        return stream.ToArray();
    }

    public static byte[] Write(TokenHeader header, int steps, int seed = 1) => Write(header, Tokens(header, steps, seed));

    public static TokenSequence Read(byte[] file) => new TokenReader(new MemoryStream(file)).ReadAll();

    public static TokenSequence ReadForwards(byte[] file) => new TokenReader(new Pipe(file)).ReadAll();

    /// <summary>Gives a few bytes at a time and cannot seek.</summary>
    private sealed class Pipe(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 7)]);
    }
}
