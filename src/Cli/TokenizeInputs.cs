using Microsoft.ML;

namespace AudioBsq.Cli;

/// <summary>The clips that are to be tokenized, standard input among them if it was named.</summary>
internal sealed class TokenizeInputs : IDisposable
{
    private readonly StandardInput? _standard;

    public TokenizeInputs(MLContext ml, string[] inputs, bool recursive, Tally tally)
    {
        if (inputs.Count(input => input == StandardInput.Name) > 1) throw new UsageException("Standard input, '-', can be read only once.");
        if (inputs.Contains(StandardInput.Name)) _standard = new StandardInput();
        Clips = ClipList.FindPlaces(ml, inputs, recursive, tally.Refuse);
        Paths = [.. Clips.Select(clip => clip.Path == StandardInput.Name ? _standard!.Path : clip.Path)];
    }

    /// <summary>What each clip is called, and its place below a folder of results.</summary>
    public IReadOnlyList<(string Path, string Place)> Clips { get; }

    /// <summary>Where each is read.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>A message with standard input under its own name.</summary>
    public string Named(string text) => _standard is null ? text : text.Replace(_standard.Path, "standard input", StringComparison.Ordinal);

    /// <summary>A clip with standard input under its own name.</summary>
    public ClipTokens Named(ClipTokens clip) => clip.Path == _standard?.Path ? clip with { Path = StandardInput.Name } : clip;

    public void Dispose() => _standard?.Dispose();
}
