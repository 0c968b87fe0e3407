using AudioBsq.Decoding;

namespace AudioBsq.Cli.Corpus;

/// <summary>One clip of a manifest: a sound file, or a part of one.</summary>
/// <param name="Id">Unique in the manifest.</param>
/// <param name="Name">The file as results name it: below the manifest's folder with '/', otherwise as the manifest has it.</param>
/// <param name="Path">The file on this machine.</param>
/// <param name="Part">The part; the whole file when null.</param>
/// <param name="Seconds">Its length as the manifest states it; null where it does not.</param>
internal sealed record CorpusClip(string Id, string Name, string Path, TimeRange? Part = null, double? Seconds = null)
{
    /// <summary>The line of a Lhotse manifest, for formats that keep what it says; null for other manifests.</summary>
    public string? Cut { get; init; }
}
