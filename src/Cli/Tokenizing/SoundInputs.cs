using AudioBsq.Cli.Console;
using Microsoft.ML;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>The clips that are to be tokenized, standard input among them if it was named.</summary>
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

    /// <summary>What each clip is called, and its place below a folder of results.</summary>
    public IReadOnlyList<(string Path, string Place)> Clips { get; }

    /// <summary>Where each is read.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>A message with standard input under its own name.</summary>
    public string Named(string text) => _standard is null ? text : text.Replace(_standard.Path, "standard input", StringComparison.Ordinal);

    /// <summary>What a clip's tokens are said to be of: its path, of standard input the name on the command line.</summary>
    public string SourceOf(string path) => path == _standard?.Path ? StandardInput.Name : path;

    public void Dispose() => _standard?.Dispose();
}
