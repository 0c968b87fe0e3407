namespace AudioBsq.Cli.Console;

/// <summary>Standard input as a file that can be read more than once, as long as this is not disposed.</summary>
internal sealed class StandardInput : IDisposable
{
    /// <summary>What stands for it on the command line.</summary>
    public const string Name = "-";

    private readonly string _path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"audiobsq-{Guid.NewGuid():N}");

    /// <summary>Reads it to its end.</summary>
    public StandardInput(Func<Stream> open)
    {
        using var file = new FileStream(_path, FileMode.CreateNew, FileAccess.Write);
        using var input = open();
        input.CopyTo(file);
    }

    /// <summary>The file's path.</summary>
    public string Path => _path;

    public void Dispose() => File.Delete(_path);
}
