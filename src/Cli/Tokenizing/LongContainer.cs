using AudioBsq.Tokens;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>A container whose clip is too long to be held in memory: its tokens are read as they are asked for, and not kept.</summary>
internal sealed class LongContainer
{
    private readonly string _path;
    private readonly TokenHeader _header;

    private LongContainer(string path, TokenReader read, long samples)
    {
        (_path, _header, Samples) = (path, read.Header, samples);
        (Missing, Damage) = ([.. read.Missing], [.. read.Damage()]);
    }

    /// <summary>The sound's length at the model's rate.</summary>
    public long Samples { get; }

    /// <summary>The time steps that are lost.</summary>
    public IReadOnlyList<StepRange> Missing { get; }

    /// <summary>What is damaged, each a part of a sentence.</summary>
    public IReadOnlyList<string> Damage { get; }

    /// <summary>Bytes that the last one to ask for tokens has read.</summary>
    public long BytesRead { get; private set; }

    /// <summary>The container, read through once, if it is longer or its length is lost; null for any other.</summary>
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

    /// <summary>All its tokens, part by part; 0 where they are missing.</summary>
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
        for (; steps > 0; steps -= _header.StepsPerChunk) yield return new int[Math.Min(steps, _header.StepsPerChunk) * _header.TokensPerStep];
    }
}
