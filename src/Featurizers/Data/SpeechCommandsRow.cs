namespace AudioBsq.MLNet;

/// <summary>One spoken word; its properties are the columns.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Name">Path below the data set's folder, with '/' on every system.</param>
/// <param name="Label">The word, which is the folder's name.</param>
/// <param name="Speaker">What stands before "_nohash_" in the file's name; empty where that is missing.</param>
internal sealed record SpeechCommandsRow(string Path, string Name, string Label, string Speaker);
