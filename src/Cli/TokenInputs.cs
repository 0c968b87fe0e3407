using AudioBsq.Tokens;

namespace AudioBsq.Cli;

/// <summary>The clips in what a user names: files of JSON lines, containers, and folders of containers.</summary>
internal sealed class TokenInputs
{
    private readonly List<(string Path, string Place)> _files = [];

    /// <summary>Finds the files; <paramref name="refuse"/> is told of what is none.</summary>
    /// <exception cref="IOException">Only one was named, and it is none.</exception>
    public TokenInputs(IReadOnlyList<string> inputs, Action<string, string> refuse)
    {
        foreach (string input in inputs)
        {
            try
            {
                Add(input);
            }
            catch (Exception failure) when (inputs.Count > 1 && failure is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                refuse(input, failure.Message);
            }
        }
    }

    /// <summary>Whether one of them is a folder.</summary>
    public bool HasFolder { get; private set; }

    /// <summary>Bytes of all files.</summary>
    public long Bytes => _files.Sum(file => LengthOf(file.Path));

    /// <summary>Bytes of those that were read.</summary>
    public long Done { get; private set; }

    /// <summary>The clips that this model made, one after another; <paramref name="refuse"/> is told of the others.</summary>
    public IEnumerable<TokenInput> Read(AudioBsqModel model, string modelName, Action<string, string> refuse)
    {
        foreach (var (path, place) in _files)
        {
            long before = Done;
            using var stream = Open(path, refuse);
            if (stream is null || ContainerFile.IsOne(path))
            {
                if (stream is not null && ReadContainer(path, place, model, modelName, refuse) is { } input) yield return input;
                Done = before + LengthOf(path);
                continue;
            }

            using var reader = new StreamReader(stream);
            foreach (var line in TokenFile.Read(reader))
            {
                string name = $"{path}, line {line.Number}";
                string? problem = line.Clip is { } clip ? clip.Misfit(model.Options, model.Mel) : line.Problem;
                Done = before + (stream.CanSeek ? stream.Position : 0);
                if (problem is null) yield return new TokenInput(name, line.Clip!.Path, line.Clip, null);
                else refuse(name, problem);
            }
        }
    }

    private static long LengthOf(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    private static FileStream? Open(string path, Action<string, string> refuse)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            refuse(path, failure.Message);
            return null;
        }
    }

    private static TokenInput? ReadContainer(string path, string place, AudioBsqModel model, string modelName, Action<string, string> refuse)
    {
        try
        {
            var (clip, content) = ContainerFile.Read(path, model, modelName);
            return new TokenInput(path, place, clip, content);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            refuse(path, failure.Message);
            return null;
        }
    }

    private void Add(string input)
    {
        if (!Directory.Exists(input))
        {
            if (!File.Exists(input)) throw new FileNotFoundException($"There is no file of tokens '{input}'.", input);
            _files.Add((input, Path.GetFileName(input)));
            return;
        }

        string[] files = [.. Directory.EnumerateFiles(input, $"*{ContainerFile.Extension}", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(input, path)).Order(StringComparer.Ordinal)];
        if (files.Length == 0) throw new InvalidDataException($"'{input}' is a folder, not a file of tokens, and holds no file that ends in {ContainerFile.Extension}.");
        _files.AddRange(files.Select(place => (Path.Combine(input, place), place)));
        HasFolder = true;
    }
}

/// <summary>One clip's tokens and where they are from.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Place">Where its sound belongs, below a folder.</param>
/// <param name="Clip">The tokens.</param>
/// <param name="Content">All that its container holds, if it has one.</param>
internal sealed record TokenInput(string Name, string Place, ClipTokens Clip, TokenSequence? Content);
