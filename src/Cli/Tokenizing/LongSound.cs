using AudioBsq.Decoding;
using AudioBsq.Signal;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>A sound file that is too long for memory: its tokens are made when they are used, and not kept.</summary>
internal sealed class LongSound
{
    /// <summary>Shorter sounds go through the network in batches, and longer ones in constant memory.</summary>
    public static readonly TimeSpan MaxInMemory = TimeSpan.FromMinutes(3);

    private readonly AudioBsqModel _model;
    private readonly TimeRange? _part;

    private LongSound(string path, AudioBsqModel model, AudioFormat format, TimeRange? part)
    {
        (Path, _model, _part) = (path, model, part);
        if (part is null && format.Frames is { } frames and <= int.MaxValue)
            Declared = new Resampler(format.SampleRate, model.Mel.SampleRate).LengthOf((int)frames);
    }

    public string Path { get; }

    /// <summary>
    /// Length at the model's rate, if the header declares it and the whole file is read; a file that is shorter or longer counts as
    /// damaged.
    /// </summary>
    public long? Declared { get; }

    /// <summary>Samples that were read, at the model's rate.</summary>
    public long Samples { get; private set; }

    /// <summary>Tokens that were made.</summary>
    public long TokenCount { get; private set; }

    /// <summary>
    /// The file, or a part of it, if it is longer than a limit or declares no length; null otherwise, and where it cannot be read.
    /// </summary>
    public static LongSound? Find(string path, TimeSpan longerThan, AudioBsqModel model, TimeRange? part = null)
    {
        try
        {
            var format = AudioFile.Describe(path);
            double? end = part?.End is { } stop && !(stop > format.Seconds) ? stop : format.Seconds;
            return end - (part?.Start ?? 0) <= longerThan.TotalSeconds ? null : new LongSound(path, model, format, part);
        }
        catch (
            Exception failure) when (failure is InvalidDataException or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            return null; // whoever reads it reports the reason
        }
    }

    /// <summary>Makes all tokens, part by part.</summary>
    /// <param name="report">Gets the part of the file that is done, from 0 to 1, where its length is known.</param>
    /// <param name="cancellation">Checked between two parts.</param>
    /// <exception cref="InvalidDataException">The file is damaged further on.</exception>
    public IEnumerable<int[]> Tokens(Action<double> report, CancellationToken cancellation)
    {
        using var sound = new SoundToTokens(_model, AudioFile.ReadBlocks(Path, _part, _model.Mel.SampleRate));
        (Samples, TokenCount) = (0, 0);
        while (sound.Next() is { } tokens)
        {
            cancellation.ThrowIfCancellationRequested();
            Samples = sound.Samples;
            if (Declared is > 0) report((double)Samples / Declared.Value);
            yield return Counted(tokens);
        }

        yield return Counted(sound.End());
    }

    /// <summary>Makes all tokens and keeps them in memory.</summary>
    /// <exception cref="InvalidDataException">The file is damaged further on, or too long for a line of a tokens file.</exception>
    public ClipTokens ReadAll(Action<double> report, CancellationToken cancellation)
    {
        var tokens = new List<int>();
        foreach (int[] part in Tokens(report, cancellation)) tokens.AddRange(part);
        if (Samples > int.MaxValue)
        {
            throw new InvalidDataException(
                $"'{Path}' has {Samples:N0} samples, more than a line of a tokens file can have: write a container, with --format absq.");
        }

        return new ClipTokens(
            Path, (int)Samples, _model.Mel.SampleRate, _model.Mel.FramesOf((int)Samples), _model.Options.BitsPerToken, [.. tokens]);
    }

    private int[] Counted(int[] tokens)
    {
        TokenCount += tokens.Length;
        return tokens;
    }
}
