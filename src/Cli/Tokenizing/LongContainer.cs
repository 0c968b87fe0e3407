using AudioBsq.Tokens;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>A container whose clip is too long for memory: its tokens are read when they are used, and not kept.</summary>
internal sealed class LongContainer
{
    private readonly string _path;
    private readonly TokenHeader _header;

    private LongContainer(string path, TokenReader read, long samples)
    {
        (_path, _header, Samples) = (path, read.Header, samples);
        (Missing, Damage) = ([.. read.Missing], [.. read.Damage()]);
    }

    /// <summary>Length of the sound, at the model's rate.</summary>
    public long Samples { get; }

    /// <summary>The time steps that are lost.</summary>
    public IReadOnlyList<StepRange> Missing { get; }

    /// <summary>What is damaged, each a part of a sentence.</summary>
    public IReadOnlyList<string> Damage { get; }

    /// <summary>Bytes that were read by the last use of <see cref="Tokens"/>.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Reads a container through once if it is longer than a limit or its length is lost; null otherwise.</summary>
    /// <exception cref="InvalidDataException">As for <see cref="ContainerFile.Read"/>.</exception>
    public static LongContainer? Find(string path, TimeSpan longerThan, AudioBsqModel model, string modelName)
    {
        using var stream = File.OpenRead(path);
        var reader = new TokenReader(stream, path);
        if (reader.Samples <= longerThan.TotalSeconds * reader.Header.SampleRate) return null;
        reader.Header.CheckMadeBy(model.CreateTokenHeader(modelName));
        long steps = 0;
        while (reader.ReadChunk() is { } chunk) steps = chunk.Steps.End;
        return new LongContainer(path, reader, ContainerFile.LengthOf(path, reader.Header, reader.Samples, steps));
    }

    /// <summary>Reads all tokens, part by part; lost ones are 0.</summary>
    public IEnumerable<int[]> Tokens()
    {
        using var stream = File.OpenRead(_path);
        var reader = new TokenReader(stream, _path);
        long next = 0;
        while (reader.ReadChunk() is { } chunk)
        {
            foreach (int[] lost in Zeros(chunk.Steps.First - next)) yield return lost;
            BytesRead = stream.Position;
            yield return chunk.Tokens.ToArray();
            next = chunk.Steps.End;
        }

        foreach (int[] lost in Zeros(_header.StepsOf(Samples) - next)) yield return lost;
    }

    private IEnumerable<int[]> Zeros(long steps)
    {
        for (; steps > 0; steps -= _header.StepsPerChunk)
            yield return new int[Math.Min(steps, _header.StepsPerChunk) * _header.TokensPerStep];
    }
}
