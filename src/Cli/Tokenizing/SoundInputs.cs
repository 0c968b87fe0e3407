using AudioBsq.Cli.Console;
using Microsoft.ML;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>The sounds to be tokenized; standard input is one of them if it was named.</summary>
internal sealed class SoundInputs : IDisposable
{
    private readonly StandardInput? _standard;

    public SoundInputs(MLContext ml, string[] inputs, bool recursive, Tally tally, Func<Stream> openInput)
    {
        if (inputs.Count(input => input == StandardInput.Name) > 1) throw new UsageException("Standard input, '-', can be read only once.");
        if (inputs.Contains(StandardInput.Name)) _standard = new StandardInput(openInput);
        Clips = ClipList.FindPlaces(ml, inputs, recursive, tally.Refuse);
        Paths = [.. Clips.Select(clip => clip.Path == StandardInput.Name ? _standard!.Path : clip.Path)];
    }

    /// <summary>Each clip's name, and its path below a folder of results.</summary>
    public IReadOnlyList<(string Path, string Place)> Clips { get; }

    /// <summary>The file from which each clip is read.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>Replaces the path of the copy of standard input in a message by its name.</summary>
    public string Named(string text) => _standard is null ? text : text.Replace(_standard.Path, "standard input", StringComparison.Ordinal);

    /// <summary>The clip's path; for standard input its name on the command line.</summary>
    public string SourceOf(string path) => path == _standard?.Path ? StandardInput.Name : path;

    public void Dispose() => _standard?.Dispose();
}
