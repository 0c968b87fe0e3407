using System.Collections.Immutable;

namespace AudioBsq.MLNet;

/// <summary>Which files of a folder become rows.</summary>
/// <param name="Recursive">Whether folders inside the folder are searched too.</param>
/// <param name="Extensions">Endings of file names, each with its dot, in any case.</param>
internal sealed record AudioFolderOptions(bool Recursive, ImmutableArray<string> Extensions)
{
    public AudioFolderOptions(bool recursive = true) : this(recursive, DefaultExtensions)
    {
    }

    public static ImmutableArray<string> DefaultExtensions { get; } =
        [".wav", ".wave", ".flac", ".mp3", ".ogg", ".opus", ".oga", ".aif", ".aiff"];

    public void Validate()
    {
        Check.That(!Extensions.IsDefaultOrEmpty, Extensions, "must name at least one extension");
        foreach (string extension in Extensions)
            Check.That(extension is ['.', _, ..], extension, "must be a dot and what follows it", nameof(Extensions));
    }
}
