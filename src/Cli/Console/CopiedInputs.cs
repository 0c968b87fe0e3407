using AudioBsq.Cli.Streaming;
using AudioBsq.Persistence;

namespace AudioBsq.Cli.Console;

/// <summary>
/// Inputs that can be read only once, such as standard input and pipes that are named as files. Each is copied to a temporary file, which
/// is deleted on disposal.
/// </summary>
/// <param name="openInput">Opens standard input.</param>
/// <param name="cancellation">Ends the waiting for a pipe's writer, or for its data, at once.</param>
internal sealed class CopiedInputs(Func<Stream> openInput, CancellationToken cancellation) : IDisposable
{
    private readonly Dictionary<string, string> _names = []; // by copy

    /// <summary>Path of a file to read an input from, as often as need be: the input itself where it is a file.</summary>
    /// <exception cref="UsageException">It was named before, and cannot be read twice.</exception>
    /// <exception cref="OperationCanceledException">Reading was stopped.</exception>
    public string PathOf(string name)
    {
        if (name != StandardInput.Name && !SpecialFile.Is(name)) return name;
        if (_names.ContainsValue(name)) throw new UsageException($"{Title(name)} can be read only once.");
        string copy = Path.Combine(Path.GetTempPath(), $"audiobsq-{Guid.NewGuid():N}");
        _names.Add(copy, name);
        using var file = new FileStream(copy, FileMode.CreateNew, FileAccess.Write);
        using var input = StandardInput.IsMeantBy(name) ? openInput() : Open(name);
        new InterruptibleStream(input, cancellation).CopyTo(file);
        cancellation.ThrowIfCancellationRequested();
        return copy;
    }

    /// <summary>The name of an input on the command line, by the path that it is read from.</summary>
    public string SourceOf(string path) => _names.GetValueOrDefault(path, path);

    /// <summary>A message in which inputs have their names and not those of their copies.</summary>
    public string Named(string message) => _names.Aggregate(
        message,
        (text, copy) => text.Replace(copy.Key, copy.Value == StandardInput.Name ? "standard input" : copy.Value, StringComparison.Ordinal));

    public void Dispose()
    {
        foreach (string copy in _names.Keys) AtomicFile.TryDelete(copy);
    }

    private static string Title(string name) => name == StandardInput.Name ? "Standard input, '-'," : $"'{name}'";

    // A pipe opens when a writer opens it too. Where none does, the waiting thread ends with the process.
    private FileStream Open(string path) => Task
        .Run(() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), CancellationToken.None)
        .WaitAsync(cancellation).GetAwaiter().GetResult();
}
