using System.Collections.Immutable;

namespace AudioBsq.MLNet;

/// <summary>Which files of a folder become rows, and with which columns.</summary>
public sealed record AudioFolderOptions
{
    /// <summary>What <see cref="Extensions"/> is by default.</summary>
    public static ImmutableArray<string> DefaultExtensions { get; } = [".wav", ".wave", ".flac", ".mp3", ".ogg", ".opus", ".oga", ".aif", ".aiff"];

    /// <summary>Whether folders inside the folder are searched too.</summary>
    public bool Recursive { get; init; } = true;

    /// <summary>Endings of file names, each with its dot, in any case. What a file really is, its content decides when it is read.</summary>
    public ImmutableArray<string> Extensions { get; init; } = DefaultExtensions;

    /// <summary>Adds a text column <c>Label</c> with the name of the folder that the file lies in.</summary>
    public bool LabelFromFolder { get; init; }

    internal void Validate()
    {
        Check.That(!Extensions.IsDefaultOrEmpty, Extensions, "must name at least one extension");
        foreach (string extension in Extensions)
            Check.That(extension is ['.', _, ..], extension, "must be a dot and what follows it", nameof(Extensions));
    }
}
