namespace AudioBsq.Cli.Console;

/// <summary>Standard input, copied to a temporary file that can be read more than once and is deleted on disposal.</summary>
internal sealed class StandardInput : IDisposable
{
    /// <summary>Its name on the command line.</summary>
    public const string Name = "-";

    private readonly string _path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"audiobsq-{Guid.NewGuid():N}");

    /// <summary>Reads standard input to its end.</summary>
    public StandardInput(Func<Stream> open)
    {
        using var file = new FileStream(_path, FileMode.CreateNew, FileAccess.Write);
        using var input = open();
        input.CopyTo(file);
    }

    /// <summary>Path of the copy.</summary>
    public string Path => _path;

    public void Dispose() => File.Delete(_path);
}
