using AudioBsq.Cli.Console;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>The sounds that a command reads: files, folders of them, pipes, and standard input where it was named.</summary>
internal sealed class SoundInputs : IDisposable
{
    private readonly CopiedInputs _copied;
    private readonly List<(string Path, string Place)> _clips = [];
    private readonly List<string> _paths = [];

    /// <summary>Finds the files and reads the pipes. <paramref name="refuse"/> gets what cannot be read, and the reason.</summary>
    public SoundInputs(
        string[] inputs, bool recursive, Action<string, string> refuse, Terminal terminal, CancellationToken cancellation)
    {
        _copied = new CopiedInputs(terminal.OpenInput, cancellation);
        try
        {
            foreach (var clip in ClipList.Find(inputs, recursive, refuse, terminal)) Add(clip, refuse);
        }
        catch
        {
            _copied.Dispose();
            throw;
        }
    }

    /// <summary>Each clip's name, and its path below a folder of results.</summary>
    public IReadOnlyList<(string Path, string Place)> Clips => _clips;

    /// <summary>The file from which each clip is read.</summary>
    public IReadOnlyList<string> Paths => _paths;

    /// <summary>A message in which the clips have their names and not those of copies.</summary>
    public string Named(string text) => _copied.Named(text);

    /// <summary>The clip's path; for standard input and pipes their name on the command line.</summary>
    public string SourceOf(string path) => _copied.SourceOf(path);

    public void Dispose() => _copied.Dispose();

    private void Add((string Path, string Place) clip, Action<string, string> refuse)
    {
        try
        {
            _paths.Add(_copied.PathOf(clip.Path));
            _clips.Add(clip);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            refuse(clip.Path, _copied.Named(failure.Message));
        }
    }
}
