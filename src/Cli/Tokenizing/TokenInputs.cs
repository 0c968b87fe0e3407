using AudioBsq.Cli.Console;
using AudioBsq.MLNet;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>The clips in what a user names: files of JSON lines, containers, and folders of containers.</summary>
internal sealed class TokenInputs
{
    private readonly List<(string Path, string Place)> _files = [];
    private readonly CopiedInputs _copied;
    private long _done;
    private LongContainer? _reading;

    /// <summary>Finds the files. <paramref name="refuse"/> gets the name and reason of each input that cannot be used.</summary>
    /// <param name="inputs">Files, pipes and folders.</param>
    /// <param name="copied">Copies the pipes.</param>
    /// <param name="refuse">Gets what cannot be used.</param>
    /// <exception cref="IOException">The only input cannot be used.</exception>
    public TokenInputs(IReadOnlyList<string> inputs, CopiedInputs copied, Action<string, string> refuse)
    {
        _copied = copied;
        foreach (string input in inputs)
        {
            try
            {
                Add(input, refuse);
            }
            catch (
                Exception failure) when (inputs.Count > 1 && failure is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                refuse(input, failure.Message);
            }
        }
    }

    /// <summary>Whether a folder is among the inputs.</summary>
    public bool HasFolder { get; private set; }

    /// <summary>Size of all files.</summary>
    public long Bytes => _files.Sum(file => LengthOf(file.Path));

    /// <summary>Bytes that were read.</summary>
    public long Done => _done + (_reading?.BytesRead ?? 0);

    /// <summary>Reads the clips that this model made, one after another.</summary>
    /// <param name="model">The model.</param>
    /// <param name="modelName">Its name for people.</param>
    /// <param name="max">Containers of longer clips are not read into memory; all are when null.</param>
    /// <param name="refuse">Gets the name and reason of each clip that cannot be used.</param>
    public IEnumerable<TokenInput> Read(AudioBsqModel model, string modelName, TimeSpan? max, Action<string, string> refuse)
    {
        foreach (var (path, place) in _files)
        {
            long before = _done;
            using var stream = Open(path, refuse);
            if (stream is null || ContainerFile.IsOne(path))
            {
                var input = stream is null ? null : ReadContainer(path, place, model, modelName, max, refuse);
                _reading = input?.Long;
                if (input is not null) yield return input;
                (_reading, _done) = (null, before + LengthOf(path));
                continue;
            }

            using var reader = new StreamReader(stream);
            foreach (var line in TokenFile.Read(reader))
            {
                string name = $"{_copied.SourceOf(path)}, line {line.Number}";
                string? problem = line.Clip is { } clip ? clip.Misfit(model.Options, model.Mel) : line.Problem;
                _done = before + (stream.CanSeek ? stream.Position : 0);
                if (problem is null) yield return new TokenInput(name, line.Clip!.Path, line.Clip, null);
                else refuse(name, problem);
            }
        }
    }

    private static long LengthOf(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    private FileStream? Open(string path, Action<string, string> refuse)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            refuse(_copied.SourceOf(path), _copied.Named(failure.Message));
            return null;
        }
    }

    private TokenInput? ReadContainer(
        string path, string place, AudioBsqModel model, string modelName, TimeSpan? max, Action<string, string> refuse)
    {
        try
        {
            if (max is { } limit && LongContainer.Find(path, limit, model, modelName) is { } found)
                return new TokenInput(_copied.SourceOf(path), place, null, null, found);
            var (clip, content) = ContainerFile.Read(path, model, modelName);
            return new TokenInput(_copied.SourceOf(path), place, clip, content);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            refuse(_copied.SourceOf(path), _copied.Named(failure.Message));
            return null;
        }
    }

    private void Add(string input, Action<string, string> refuse)
    {
        if (!Directory.Exists(input))
        {
            if (!File.Exists(input)) throw new FileNotFoundException($"There is no file of tokens '{input}'.", input);
            _files.Add((_copied.PathOf(input), Path.GetFileName(input)));
            return;
        }

        var options = new AudioFolderOptions(Recursive: true, [ContainerFile.Extension]);
        var found = AudioFolder.Files(
            Path.GetFullPath(input), options, path => refuse(path, "it is a pipe, socket or device, not a file"));
        string[] files = [.. found.Select(path => Path.GetRelativePath(input, path)).Order(StringComparer.Ordinal)];
        if (files.Length == 0)
            throw new InvalidDataException(
                $"'{input}' is a folder, not a file of tokens, and holds no file that ends in {ContainerFile.Extension}.");
        _files.AddRange(files.Select(place => (Path.Combine(input, place), place)));
        HasFolder = true;
    }
}
