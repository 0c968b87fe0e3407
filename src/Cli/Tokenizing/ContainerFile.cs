using System.Security.Cryptography;
using AudioBsq.Tokens;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>Writes and reads containers (.absq), each with the tokens of one clip.</summary>
internal static class ContainerFile
{
    public const string Extension = ".absq";

    /// <summary>Keys of the metadata: the sound file's name, and the first half of the SHA-256 of its content.</summary>
    private const string Source = "source", SourceHash = "source-sha256";

    /// <summary>Whether a file is a container: by its name, because its beginning may be damaged, or by its content.</summary>
    public static bool IsOne(string path)
    {
        if (path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)) return true;
        Span<byte> beginning = stackalloc byte[8];
        using var stream = File.OpenRead(path);
        return stream.ReadAtLeast(beginning, 8, throwOnEndOfStream: false) == 8 && TokenReader.IsBeginning(beginning);
    }

    /// <summary>The first half of the SHA-256 of a file, as 32 hexadecimal digits.</summary>
    public static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream).AsSpan(0, 16));
    }

    /// <summary>The header for tokens of a sound.</summary>
    /// <param name="model">The model that makes them.</param>
    /// <param name="modelName">Its name for people.</param>
    /// <param name="source">The sound's path.</param>
    /// <param name="sourceHash">Its <see cref="HashOf"/>, or null where it is no file.</param>
    /// <param name="samples">Its length at the model's rate, or null where that is not known yet.</param>
    public static TokenHeader HeaderOf(AudioBsqModel model, string modelName, string source, string? sourceHash, long? samples)
    {
        var metadata = new Dictionary<string, string> { [Source] = Short(Path.GetFileName(source)) };
        if (sourceHash is not null) metadata[SourceHash] = sourceHash;
        return model.CreateTokenHeader(Short(modelName), samples) with { Metadata = metadata };
    }

    /// <summary>Writes a container, chunk by chunk as the tokens come.</summary>
    /// <param name="stream">The file, which stays open.</param>
    /// <param name="header">Its header.</param>
    /// <param name="tokens">The tokens, part by part.</param>
    /// <param name="samples">Returns the length of the sound; called after the last token.</param>
    public static void Write(Stream stream, TokenHeader header, IEnumerable<int[]> tokens, Func<long> samples)
    {
        using var writer = new TokenWriter(stream, header, leaveOpen: true);
        foreach (int[] part in tokens) writer.Write(part);
        writer.Complete(samples());
    }

    /// <summary>Whether a path holds an undamaged container that this model made of this sound file.</summary>
    public static bool IsFinished(string path, AudioBsqModel model, string sound)
    {
        if (!File.Exists(path) || !File.Exists(sound)) return false;
        try
        {
            using var stream = File.OpenRead(path);
            var all = new TokenReader(stream, path).ReadAll();
            return all.IsWhole && all.Header.Fingerprint == model.Fingerprint
                && all.Header.Metadata.GetValueOrDefault(SourceHash) == HashOf(sound);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Reads a clip in its whole length. Lost tokens are 0; <see cref="TokenSequence.Missing"/> says which.</summary>
    /// <exception cref="InvalidDataException">The container is unreadable, of another model, too long, or too little of it is
    /// left.</exception>
    public static (ClipTokens Clip, TokenSequence Content) Read(string path, AudioBsqModel model, string modelName)
    {
        using var stream = File.OpenRead(path);
        var content = new TokenReader(stream, path).ReadAll();
        var header = content.Header;
        header.CheckMadeBy(model.CreateTokenHeader(modelName));
        long samples = LengthOf(path, header, content.Samples, content.Tokens.Length / header.TokensPerStep);
        if (samples > int.MaxValue)
        {
            throw new InvalidDataException(
                $"'{path}' has {samples:N0} samples, more than are made at once. "
                + "With --vocoder, and no rounds of Griffin-Lim after it, sound of any length is made part by part.");
        }

        long tokens = header.StepsOf(samples) * header.TokensPerStep;
        int[] all = content.Tokens;
        Array.Resize(ref all, (int)tokens);
        var clip = new ClipTokens(path, (int)samples, header.SampleRate, model.Mel.FramesOf((int)samples), header.BitsPerToken, all);
        return (clip, content);
    }

    /// <summary>Number of samples of a container's clip.</summary>
    /// <param name="path">The file.</param>
    /// <param name="header">Its header.</param>
    /// <param name="samples">The number in the file, or null where it is lost.</param>
    /// <param name="steps">Time steps up to the last one that could be read.</param>
    /// <exception cref="InvalidDataException">So many samples have more tokens than the file can hold.</exception>
    public static long LengthOf(string path, TokenHeader header, long? samples, long steps)
    {
        long max = TokenLayout.MaxTokensPerByte * new FileInfo(path).Length / header.TokensPerStep;
        // Without its number of samples the clip ends with its last step.
        long length = samples ?? (steps <= max ? steps * header.FramesPerStep * header.HopLength - 1 : long.MaxValue);
        long all = header.StepsOf(Math.Max(length, 0));
        return length >= 0 && all <= max
            ? length
            : throw new InvalidDataException($"Of the {all:N0} time steps in '{path}' too few are left.");
    }

    // A file's name may be long, and need not be valid Unicode.
    private static string Short(string name)
    {
        string text = new([.. name.Take(60).Select(c => char.IsSurrogate(c) ? '?' : c)]);
        return text.Length < name.Length ? $"{text} …" : text;
    }
}
